import { Fleet } from '../ads/fleet.ts';
import { ownFleetOf } from '../model/listener.ts';
import { CommonPart, OwnPart } from '../snapshot/parts.ts';
import type { Reference } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { authzClusterName } from '../xds/authz-cluster.ts';
import { ticketKeyName } from '../xds/secret.ts';
import { collectorClusterName } from '../xds/tracing.ts';

/** What filters and TLS of every listener name by themselves. */
const always: readonly Reference[] = [
  { type: 'clusters', name: authzClusterName },
  { type: 'clusters', name: collectorClusterName },
  { type: 'secrets', name: ticketKeyName },
];

/** Divides each snapshot among the fleet that Ingresses have and those of Gateways with Envoys of their own. */
export class OwnFleets {
  readonly #common = new CommonPart(ownFleetOf);
  /** One whose Gateway is gone stays, empty: its Envoys may outlive it, and its name may come again. */
  readonly #fleets = new Map<string, { readonly fleet: Fleet; readonly part: OwnPart }>();

  get(name: string): Fleet | undefined {
    return this.#fleets.get(name)?.fleet;
  }

  names(): readonly string[] {
    return [...this.#fleets.keys()];
  }

  /** Gives fleets of Gateways what is theirs, and gives back what is for the others. To be called with each snapshot, in order. */
  divide(whole: Snapshot): Snapshot {
    for (const { type, name } of whole.changes) {
      const owner = type === 'listeners' ? ownFleetOf(name) : undefined;
      if (owner !== undefined && !this.#fleets.has(owner))
        this.#fleets.set(owner, { fleet: new Fleet(owner), part: new OwnPart(owner, ownFleetOf, always) });
    }
    for (const { fleet, part } of this.#fleets.values()) {
      const next = part.next(whole);
      if (next !== undefined) fleet.publish(next);
    }
    return this.#common.next(whole);
  }
}
