import { decode } from '../proto/codec.ts';
import type { MessageName } from '../proto/gen/messages.ts';
import { type Resource, typeNames, typeUrls, type TypeName } from '../snapshot/resource.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';
import { redact } from './redact.ts';

const prefix = 'type.googleapis.com/';

/** A resource as canonical JSON, private keys redacted. */
export function resourceMessage({ type, bytes }: Resource): unknown {
  return redact(decode(typeUrls[type].slice(prefix.length) as MessageName, bytes));
}

/** All resources, sorted by name. */
export function resourceMessages(resources: ResourceSet): Readonly<Record<TypeName, readonly unknown[]>> {
  const byName = (a: Resource, b: Resource): number => (a.name < b.name ? -1 : 1);
  const entries = typeNames.map((type) => [type, [...resources[type].values()].sort(byName).map(resourceMessage)]);
  return Object.fromEntries(entries) as Record<TypeName, unknown[]>;
}
