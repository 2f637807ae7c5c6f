import { typeNames, type TypeName } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { DiscoveryRequest } from './request.ts';
import { versionOf } from './response.ts';
import type { Subscription } from './subscription.ts';

/**
 * A stand-in is an old snapshot that is served until there is a real one. It is for clients that have nothing, or a part
 * of this very stand-in because their stream broke: whatever else a client has is at least as new.
 */

/** Whether the first request for a type tells of something that is not in the stand-in. */
export function bringsOther(type: TypeName, request: DiscoveryRequest, current: Snapshot | undefined): boolean {
  const { initial_resource_versions = {}, version_info = '' } = request;
  // State of the world says no more than which snapshot its resources are of.
  if (version_info !== '') return current?.standIn !== true || !isOf(version_info, current);
  // Before there is a snapshot, what the client holds is remembered; `holdsOther` will compare it.
  if (current?.standIn !== true) return false;
  return Object.entries(initial_resource_versions).some(([name, version]) => current.resources[type].get(name)?.version !== version);
}

/** The same for all that is known of what a client holds. */
export function holdsOther(types: Readonly<Record<TypeName, { readonly subscription: Subscription }>>, { resources }: Snapshot): boolean {
  return typeNames.some((type) =>
    [...types[type].subscription.held].some(([name, { version }]) => resources[type].get(name)?.version !== version),
  );
}

/** Behind the name of its snapshot a version may say more: see `LatelyServed`. */
function isOf(version: string, snapshot: Snapshot): boolean {
  return version.split('.', 1)[0] === versionOf(snapshot);
}
