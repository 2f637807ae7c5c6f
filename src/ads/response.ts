import type { Resource } from '../snapshot/resource.ts';
import type { Backlog } from './backlog.ts';
import type { RefusedVersions } from './refused-versions.ts';
import type { Subscription } from './subscription.ts';
import type { ResourceView, View } from './view.ts';
import type { FramedResource } from './wire.ts';

/** What goes into the next response. */
interface Choice {
  /** What the response is sent for. */
  readonly fresh: readonly Resource[];
  /**
   * All that it carries. No name may come twice.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#duplicate-resource-names
   */
  readonly resources: readonly FramedResource[];
  readonly removed: readonly string[];
  /** What of the resources is no longer in the snapshot, and stays for a while. */
  readonly kept: readonly FramedResource[];
}

/** How a snapshot is called in responses, and so at Envoy's admin endpoint: number and beginning of the hash. */
export function versionOf({ number, hash }: Pick<View, 'number' | 'hash'>): string {
  return `${number}-${hash.slice(0, 8)}`;
}

/** Bigger responses are cut by resource; the next part goes when the client has answered the one before. */
const mostBytes = 1_000_000;

/** Only what changed, up to a size unless `whole`. `upserts` is false while they have to wait for other types, `ahead`: see `Turn`. */
export function chooseSome(from: {
  readonly table: ResourceView;
  readonly backlog: Backlog;
  readonly upserts: boolean;
  readonly ahead: boolean;
  readonly removals: readonly string[];
  readonly whole: boolean;
}): Choice {
  const fresh: Resource[] = [];
  let bytes = 0;
  let alone: Resource | undefined;
  for (const [name, upsert] of from.upserts || from.ahead ? from.backlog.upserts : []) {
    const resource = from.table.get(name);
    if (resource === undefined || !(from.upserts || upsert.ahead)) continue;
    if (upsert.alone) {
      alone ??= resource;
      continue;
    }
    bytes += resource.bytes.length;
    if (fresh.length > 0 && bytes > mostBytes && !from.whole) break;
    fresh.push(resource);
  }
  if (fresh.length === 0 && alone !== undefined) fresh.push(alone);
  // Removals go alone: Envoy would drop them with a response that it refuses. That a name does not exist waits for nothing.
  const removals = fresh.length === 0 ? from.removals : [];
  return { fresh, resources: fresh, removed: [...removals, ...from.backlog.missing], kept: [] };
}

/**
 * All resources that the client wants, and those whose time to go has not come yet as the client holds them.
 * What was refused is part of the whole again: Envoy may have dropped good ones with the bad one.
 */
export function chooseComplete(from: {
  readonly table: ResourceView;
  readonly backlog: Backlog;
  readonly refused: RefusedVersions;
  readonly subscription: Subscription;
  readonly removals: readonly string[];
}): Choice {
  const { table, subscription } = from;
  const fresh = new Map<string, Resource>();
  const removed = new Set(from.removals);
  for (const names of [from.backlog.upserts.keys(), from.refused.names]) {
    for (const name of names) {
      const resource = table.get(name);
      if (resource !== undefined) fresh.set(name, resource);
      // Its removal was refused with the rest.
      else if (!from.backlog.departures.has(name)) removed.add(name);
    }
  }
  const resources: FramedResource[] = [];
  if (subscription.wildcard) resources.push(...table.values());
  else {
    for (const name of subscription.names) {
      const resource = table.get(name);
      if (resource !== undefined) resources.push(resource);
    }
  }
  const kept: FramedResource[] = [];
  for (const name of from.backlog.departures.keys()) {
    const held = subscription.held.get(name);
    if (removed.has(name) || held?.bytes === undefined) continue;
    kept.push({ name, version: held.version, bytes: held.bytes });
  }
  return { fresh: [...fresh.values()], resources: [...resources, ...kept], removed: [...removed], kept };
}
