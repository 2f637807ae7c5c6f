import type { StoredSnapshot } from '../snapshot/last-good/stored-snapshot.ts';
import { type LeftOut, leaveOutDangling } from '../snapshot/last-good/leave-out-dangling.ts';
import { type Resource, typeNames } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { Snapshots } from '../snapshot/snapshots.ts';

/** A stored snapshot, as this process can serve it. */
export interface StandIn {
  readonly snapshot: Snapshot;
  /** What could not be restored because a private key is missing, or something that needs one. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Makes a snapshot of what an earlier process stored, to be served until there is a real one.
 *
 * It is for Envoys that have nothing. One that comes with a configuration keeps it untouched: what it runs is at least
 * as new as what is stored, since it was stored a moment after all of them ran it, or long before if one of them
 * refused what came later. Sending it the stored one could give it back pods that are gone. So nothing of a stand-in is
 * ever removed from or changed in an Envoy that works (`Snapshot.standIn`, read in `ads/`).
 *
 * That also settles what to do without private keys: a listener whose certificate is not stored is left out as a whole,
 * because a part of it would refuse connections that it should take, or show a wrong certificate. An Envoy that has
 * nothing loses nothing by that, and serves the rest.
 *
 * @param own resources of this process which take the place of those that were not stored: its own certificate
 */
export function standIn(stored: StoredSnapshot, own: readonly Resource[]): StandIn {
  const all = own
    .filter(({ type, name }) => !stored.resources[type].has(name))
    .reduce(
      (set, resource) => ({ ...set, [resource.type]: set[resource.type].with(new Map([[resource.name, resource]])) }),
      stored.resources,
    );
  const { resources, leftOut } = leaveOutDangling(all);
  const cause = `restored from ${stored.hash} of ${new Date(stored.time).toISOString()} (${stored.cause})`;
  const tables = new Map(typeNames.map((type) => [type, new Map([...resources[type].values()].map((each) => [each.name, each]))]));
  const snapshot = new Snapshots(stored.fleet).next(tables, {
    cause,
    time: stored.time,
    summarise: (changes) => `${changes.length} resources`,
  });
  if (snapshot === undefined) throw new Error('the first of all snapshots is never left out');
  return { snapshot: { ...snapshot, standIn: true }, leftOut };
}
