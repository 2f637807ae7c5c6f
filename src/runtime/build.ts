import { defaultGatewayOptions, type GatewayOptions } from '../gateway/options.ts';
import { GatewayTranslation } from '../gateway/translation.ts';
import { IngressTranslation } from '../ingress/translation.ts';
import type { IngressOptions } from '../ingress/options.ts';
import type { KubeEvent } from '../kube/event.ts';
import type { Problem } from '../model/problem.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { GatewayProgress } from '../status/gateway-progress.ts';
import { IngressProgress } from '../status/ingress-progress.ts';
import type { Changes, Key, Table } from '../store/table.ts';
import { World } from '../store/world.ts';
import type { ListenOptions } from '../xds/options.ts';
import { Preflight } from '../xds/preflight/preflight.ts';
import { Assembly, type BegunPass, type Pass } from './assembly.ts';
import { type Cause, causeOf, objectId, otherCause } from './cause.ts';
import { Failures } from './failures.ts';
import { joinModels } from './join-models.ts';

export type { Pass } from './assembly.ts';

export interface BuildOptions {
  readonly fleet: string;
  readonly ingress: IngressOptions;
  /** Absent: Gateways share the address of the edge. */
  readonly gateway?: GatewayOptions;
  readonly listen: ListenOptions;
}

export interface Followed {
  /** Those that differ, or whose hosts do. */
  readonly ingresses: ReadonlySet<Key>;
  /** The objects of the Gateway API whose status it was about, by the keys of their drafts. */
  readonly gateways: ReadonlySet<Key>;
}

/**
 * One pass from events to a snapshot: World → Model → resources → Snapshot, synchronous, so that nobody sees a state
 * in between. Nothing is made before every kind has been read once.
 */
export class Build {
  readonly world = new World();
  readonly model: IngressTranslation;
  readonly assembly: Assembly;
  readonly progress: IngressProgress;
  readonly gateway: GatewayTranslation;
  readonly gatewayProgress: GatewayProgress;
  #waiting: Changes = new Map();
  /** Half of the first pass is done. */
  #begun = false;
  #putAside: ReadonlySet<string> = new Set();
  readonly #followed = new WeakMap<Changes, Followed>();

  constructor({ fleet, ingress, gateway, listen }: BuildOptions) {
    const failures = new Failures();
    this.model = new IngressTranslation(this.world, { ingress, onFailure: failures.note });
    this.gateway = new GatewayTranslation(this.world, {
      gateway: { edgePorts: [listen.httpPort, listen.httpsPort], ...(gateway ?? { ...defaultGatewayOptions, address: listen.address }) },
      edge: this.model,
      ingress,
      onFailure: failures.note,
    });
    const { ingresses, hosts, virtualHosts, hostCertificates } = this.model;
    this.progress = new IngressProgress({ ingresses, hosts, ofHosts: [virtualHosts, hostCertificates] });
    this.gatewayProgress = new GatewayProgress({
      drafts: this.gateway.statuses.drafts,
      listeners: this.gateway.listeners,
      socketsOfGateway: this.gateway.statuses.socketsOfGateway,
    });
    const joined = joinModels(this.model, this.gateway);
    const preflight = new Preflight(joined.model, failures.note);
    const tables = [...this.model.tables, ...this.gateway.tables, ...joined.tables, ...preflight.tables];
    const reporting = [this.world.problems, ...this.model.reporting, ...this.gateway.reporting, ...preflight.reporting];
    this.assembly = new Assembly({ fleet, listen, model: preflight.model, tables, reporting, failures });
  }

  get current(): Snapshot | undefined {
    return this.assembly.current;
  }

  problems(): readonly Problem[] {
    return this.assembly.problems();
  }

  /** The objects that a pass was about. To be asked of each pass, in order, by as many as want to know. */
  follow({ changes }: Pass): Followed {
    const known = this.#followed.get(changes);
    if (known !== undefined) return known;
    const touched = this.progress.refresh(changes, this.#number());
    const ingresses = new Set([...touched, ...(changes.get(this.world.objects.Ingress) ?? [])]);
    const followed = { ingresses, gateways: this.#followGateways(changes) };
    this.#followed.set(changes, followed);
    return followed;
  }

  #followGateways(changes: Changes): ReadonlySet<Key> {
    const touched = new Set(this.gatewayProgress.refresh(changes, this.#number()));
    // Somebody may have written into the status, too.
    for (const [kind, table] of Object.entries(this.world.objects))
      for (const key of changes.get(table) ?? [])
        if (this.gatewayProgress.since(`${kind} ${key}`) !== undefined) touched.add(`${kind} ${key}`);
    for (const id of this.#newlyPutAside(changes)) if (this.gatewayProgress.since(id) !== undefined) touched.add(id);
    return touched;
  }

  /** And what is not put aside any more. */
  #newlyPutAside(changes: Changes): ReadonlySet<string> {
    if (!changes.has(this.assembly.quarantine)) return new Set();
    const before = this.#putAside;
    this.#putAside = this.assembly.putAside();
    return new Set([...before, ...this.#putAside]);
  }

  /** What did not make it into a snapshot comes with the next one. */
  #number(): number {
    return (this.current?.number ?? 0) + (this.assembly.held ? 1 : 0);
  }

  /** Takes in a batch. */
  apply(events: readonly KubeEvent[]): Pass {
    if (this.current === undefined) return this.#follow(this.world.apply(events), otherCause('start'));
    const { objects } = this.world;
    const known = new Set<string>();
    for (const event of events)
      if ((event.type === 'upsert' || event.type === 'delete') && objects[event.kind].get(event.key) !== undefined)
        known.add(objectId(event));
    const changes = this.world.apply(events);
    const cause = causeOf(events, {
      known: (event) => known.has(objectId(event)),
      changed: ({ kind, key }) => changes.get(objects[kind])?.has(key) === true,
    });
    return this.#follow(changes, cause);
  }

  /** The first half of the pass that this batch leads to, if it is the first of all; otherwise the batch is not taken in. */
  begin(events: readonly KubeEvent[]): BegunPass<void> | undefined {
    if (this.current !== undefined || this.#begun || !this.world.syncedWith(events)) return undefined;
    const changes = joinChanges(this.#waiting, this.world.apply(events));
    this.#waiting = new Map();
    this.#begun = true;
    const { headStart, finish } = this.assembly.begin(changes);
    return {
      headStart,
      finish: () => {
        this.#begun = false;
        return finish(otherCause('start'));
      },
    };
  }

  /** Takes in what time it is, milliseconds since the epoch: only problems follow from it, and nothing that Envoys get. */
  tellTime(now: number): Pass {
    this.world.clock.set('now', now);
    return this.#follow(new Map([[this.world.clock, new Set(['now'])]]), otherCause(this.current === undefined ? 'start' : 'time'));
  }

  #follow(changed: Changes, cause: Cause): Pass {
    this.#waiting = joinChanges(this.#waiting, changed);
    if (!this.world.synced || this.#begun) return { cause: cause.text, newProblems: [], changes: new Map() };
    const changes = this.#waiting;
    this.#waiting = new Map();
    return this.assembly.pass(changes, cause);
  }
}

function joinChanges(earlier: Changes, later: Changes): Changes {
  if (earlier.size === 0) return later;
  const joined = new Map<Table<unknown>, Set<Key>>();
  for (const changes of [earlier, later]) {
    for (const [table, keys] of changes) {
      const known = joined.get(table);
      if (known === undefined) joined.set(table, new Set(keys));
      else for (const key of keys) known.add(key);
    }
  }
  return joined;
}
