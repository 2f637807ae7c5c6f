import type { Acknowledgement } from '../ads/acknowledgement.ts';
import type { Accepted } from '../ads/proxy-state.ts';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** Answers come soon after a snapshot; who answers later than this has been sent newer ones meanwhile. */
const remembered = 64;

interface Holding {
  /** The newest snapshot that this Envoy ran completely while it was the newest of all. */
  baseline?: Snapshot;
  /** What it has accepted since, by type and name; undefined: removed. */
  readonly since: Map<string, Resource | undefined>;
  /** It only tried, and serves nobody. */
  readonly tried?: true;
}

/** What of the newest snapshot a fleet gets; undefined: there is no such fleet. */
export type PartOf = (fleet: string) => Snapshot | undefined;

/** The contents that each Envoy has accepted last: what is served when it refuses what came after. */
export class LastAccepted {
  readonly #snapshots = new Map<number, Snapshot>();
  #partOf: PartOf = () => this.#newest;
  readonly #proxies = new Map<string, Holding>();
  #newest: Snapshot | undefined;

  published(snapshot: Snapshot, partOf?: PartOf): void {
    this.#newest = snapshot;
    if (partOf !== undefined) this.#partOf = partOf;
    this.#snapshots.set(snapshot.number, snapshot);
    for (const number of this.#snapshots.keys()) {
      if (number > snapshot.number - remembered) break;
      this.#snapshots.delete(number);
    }
  }

  get newest(): Snapshot | undefined {
    return this.#newest;
  }

  /** A snapshot of a moment ago. */
  snapshot(number: number): Snapshot | undefined {
    return this.#snapshots.get(number);
  }

  answered({ proxy, type, names, snapshot, refusal }: Acknowledgement): void {
    const sent = this.#snapshots.get(snapshot);
    if (refusal !== undefined || sent === undefined) return;
    const { since } = this.#holding(proxy);
    for (const name of names) since.set(`${type} ${name}`, sent.resources[type].get(name));
  }

  /** An Envoy that lags behind may have been sent newer contents than those of the snapshot: its answers tell which. */
  accepted({ proxy, fleet, snapshot }: Accepted): void {
    const part = this.#partOf(fleet);
    if (part === undefined || snapshot !== part.number) return;
    const holding = this.#holding(proxy);
    holding.baseline = part;
    holding.since.clear();
  }

  /** Somebody who serves no requests has tried a snapshot, and it was good. */
  proven(proxy: string, baseline: Snapshot): void {
    this.#proxies.set(proxy, { baseline, since: new Map(), tried: true });
  }

  knows(proxy: string): boolean {
    return this.#proxies.has(proxy);
  }

  /** Forgets Envoys that are gone, and with them the contents that nobody else holds. */
  keep(connected: ReadonlySet<string>): void {
    for (const [proxy, { tried }] of this.#proxies) if (tried !== true && !connected.has(proxy)) this.#proxies.delete(proxy);
  }

  get(proxy: string, type: TypeName, name: string): Resource | undefined {
    const holding = this.#proxies.get(proxy);
    const key = `${type} ${name}`;
    return holding?.since.has(key) === true ? holding.since.get(key) : holding?.baseline?.resources[type].get(name);
  }

  /** What this Envoy has accepted; else what another has, since most often all of them agree. */
  find(proxy: string, type: TypeName, name: string, suits: (resource: Resource) => boolean): Resource | undefined {
    for (const id of [proxy, ...this.#proxies.keys()]) {
      const resource = this.get(id, type, name);
      if (resource !== undefined && suits(resource)) return resource;
    }
    return undefined;
  }

  isHeldByOther(proxy: string, type: TypeName, name: string, version: string): boolean {
    for (const [id, { tried }] of this.#proxies) {
      if (id !== proxy && tried !== true && this.get(id, type, name)?.version === version) return true;
    }
    return false;
  }

  #holding(proxy: string): Holding {
    let holding = this.#proxies.get(proxy);
    if (holding === undefined) this.#proxies.set(proxy, (holding = { since: new Map() }));
    return holding;
  }
}
