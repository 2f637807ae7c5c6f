import { Fleet } from '../ads/fleet.ts';
import { ownFleetOf } from '../model/listener.ts';
import { listenerOf } from '../model/virtual-host.ts';
import { CommonPart, isNeededOnlyBy, OwnPart } from '../snapshot/parts.ts';
import type { Reference } from '../snapshot/resource.ts';
import { changesBetween, emptyResourceSet, type Snapshot } from '../snapshot/snapshot.ts';
import { authzClusterName } from '../xds/clusters/authz-cluster.ts';
import { type Quarantinable, splitName } from '../xds/quarantine/quarantine.ts';
import { ticketKeyName } from '../xds/tls/secret.ts';
import { collectorClusterName } from '../xds/tracing/tracing.ts';
import type { PassTiming } from './assembly.ts';
import { FleetRecord } from './fleet-record.ts';

/** What filters and TLS of every listener name by themselves. */
const always: readonly Reference[] = [
  { type: 'clusters', name: authzClusterName },
  { type: 'clusters', name: collectorClusterName },
  { type: 'secrets', name: ticketKeyName },
];

export interface OwnFleetsOptions {
  /** Whether Envoys of a fleet are connected. */
  readonly isConnected: (fleet: string) => boolean;
  readonly log?: ((line: string) => void) | undefined;
}

/** Divides each snapshot among the fleet that Ingresses have and those of Gateways with Envoys of their own. */
export class OwnFleets {
  readonly #options: OwnFleetsOptions;
  readonly #common = new CommonPart(ownFleetOf);
  readonly #fleets = new Map<string, { readonly record: FleetRecord; readonly part: OwnPart }>();

  constructor(options: OwnFleetsOptions) {
    this.#options = options;
  }

  get(name: string): FleetRecord | undefined {
    return this.#fleets.get(name)?.record;
  }

  all(): readonly FleetRecord[] {
    return [...this.#fleets.keys()].sort().flatMap((name) => this.get(name) ?? []);
  }

  /** Gives fleets of Gateways what is theirs, and gives back what is for the others. To be called with each snapshot, in order. */
  divide(whole: Snapshot, timing: PassTiming | undefined): Snapshot {
    for (const { type, name } of whole.changes) {
      const owner = type === 'listeners' ? ownFleetOf(name) : undefined;
      if (owner !== undefined && !this.#fleets.has(owner)) this.#fleets.set(owner, this.#begin(owner));
    }
    for (const [name, { record, part }] of this.#fleets) {
      const known = record.fleet.current !== undefined;
      const next = part.next(whole);
      if (known && next.changes.length === 0) record.repeat(next);
      else record.publish(next, timing);
      // Its Envoys may outlive a Gateway for a while.
      if (next.resources.listeners.size === 0 && !this.#options.isConnected(name)) this.#fleets.delete(name);
    }
    return this.#common.next(whole);
  }

  #begin(name: string): { readonly record: FleetRecord; readonly part: OwnPart } {
    const { log } = this.#options;
    return {
      record: new FleetRecord(new Fleet(name, log === undefined ? {} : { log })),
      part: new OwnPart(name, ownFleetOf, always),
    };
  }
}

/** What a fleet gets of a snapshot that stands for itself. */
export function partOf(whole: Snapshot, fleet: string): Snapshot {
  const alone = { ...whole, changes: changesBetween(emptyResourceSet, whole.resources) };
  const isOwn = ownFleetOf(`${fleet}/`) === fleet;
  return isOwn ? new OwnPart(fleet, ownFleetOf, always).next(alone) : new CommonPart(ownFleetOf).next(alone);
}

/**
 * Whether an Envoy of this fleet may have something put aside by refusing it: what nobody else gets, or needs. Whoever can read the Secret of
 * a Gateway can speak for its Envoys.
 */
export function mayJudge(
  fleet: string,
  what: Quarantinable,
  name: string,
  readersOf: (resource: Reference) => readonly Reference[],
): boolean {
  if (what !== 'hosts') return isNeededOnlyBy(fleet, { type: what, name }, ownFleetOf, readersOf);
  const listener = listenerOf(splitName(name).hostname);
  return listener !== undefined && ownFleetOf(listener) === fleet;
}
