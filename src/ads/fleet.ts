import type { Snapshot } from '../snapshot/snapshot.ts';
import { LatelyServed } from './lately-served.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { Staging, type StagingOptions } from './staging.ts';

/** Whoever wants to hear of new snapshots: one stream of one Envoy. */
export interface SnapshotListener {
  publish(snapshot: Snapshot): void;
}

/** How many publications keep their time, to tell how long an Envoy took to accept one. */
const rememberedTimes = 256;

/** The Envoys that share a snapshot, chosen by `node.cluster`. */
export class Fleet implements SnapshotSource {
  readonly name: string;
  readonly lately = new LatelyServed();
  #newest: Snapshot | undefined;
  readonly #staging: Staging;
  readonly #publishedAt = new Map<number, number>();

  /** Without `staging` every snapshot goes to all at once. */
  constructor(name: string, staging?: StagingOptions) {
    this.name = name;
    this.#staging = new Staging(staging);
  }

  /** The newest snapshot, whoever has it by now. */
  get current(): Snapshot | undefined {
    return this.#newest;
  }

  /** Makes this the newest snapshot and tells every stream that is to have it, the first ones before it returns. A listener must not throw. */
  publish(snapshot: Snapshot): void {
    if (snapshot.fleet !== this.name) {
      throw new Error(`a snapshot of fleet ${snapshot.fleet} was published to fleet ${this.name}`);
    }
    if (this.#newest !== undefined && snapshot.number <= this.#newest.number) {
      throw new Error(`snapshot ${snapshot.number} was published after ${this.#newest.number}`);
    }
    this.#newest = snapshot;
    this.remember(snapshot);
    this.#rememberTime(snapshot.number);
    this.#staging.publish(snapshot);
  }

  /** What can be told before the first snapshot is made, to Envoys that have nothing: not a snapshot that anybody runs. */
  headStart(snapshot: Snapshot): void {
    if (this.#newest === undefined) this.#staging.publish(snapshot);
  }

  /** Envoys that come may hold this: it was published, or stored by an earlier process. */
  remember({ resources }: Pick<Snapshot, 'resources'>): void {
    this.lately.publish(resources);
  }

  /**
   * What an Envoy with this id gets on one stream. A stream for one type does not prove: it cannot tell that its Envoy
   * runs a snapshot completely.
   */
  member(id: string, { proves = true } = {}): SnapshotSource {
    let joined: SnapshotListener | undefined;
    const current = (): Snapshot | undefined => this.#staging.snapshotFor(joined);
    return {
      name: this.name,
      lately: this.lately,
      get current() {
        return current();
      },
      join: (listener) => {
        joined = listener;
        this.#staging.join(listener, { id, proves });
      },
      leave: (listener) => this.#staging.leave(listener),
      publishedAt: (number) => this.publishedAt(number),
    };
  }

  /** An Envoy runs this snapshot completely. */
  accepted(id: string, number: number): void {
    this.#staging.accepted(id, number);
  }

  /** An Envoy refused something of this snapshot. */
  refused(id: string, number: number): void {
    this.#staging.refused(id, number);
  }

  join(listener: SnapshotListener): void {
    this.#staging.join(listener, { id: '', proves: true });
  }

  leave(listener: SnapshotListener): void {
    this.#staging.leave(listener);
  }

  /** When a snapshot was published, on the clock of `performance.now()`; undefined when that is long ago. */
  publishedAt(number: number): number | undefined {
    return this.#publishedAt.get(number);
  }

  #rememberTime(number: number): void {
    this.#publishedAt.set(number, performance.now());
    if (this.#publishedAt.size <= rememberedTimes) return;
    for (const oldest of this.#publishedAt.keys()) {
      this.#publishedAt.delete(oldest);
      return;
    }
  }
}
