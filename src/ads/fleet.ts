import type { Snapshot } from '../snapshot/snapshot.ts';

/** Whoever wants to hear of new snapshots: one stream of one Envoy. */
export interface SnapshotListener {
  publish(snapshot: Snapshot): void;
}

/** How many publications keep their time, to tell how long an Envoy took to accept one. */
const rememberedTimes = 256;

/** The Envoys that share a snapshot, chosen by `node.cluster`. */
export class Fleet {
  readonly name: string;
  #current: Snapshot | undefined;
  readonly #listeners = new Set<SnapshotListener>();
  readonly #publishedAt = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
  }

  get current(): Snapshot | undefined {
    return this.#current;
  }

  /** Makes this the newest snapshot and tells every stream before it returns. A listener must not throw. */
  publish(snapshot: Snapshot): void {
    if (snapshot.fleet !== this.name) {
      throw new Error(`a snapshot of fleet ${snapshot.fleet} was published to fleet ${this.name}`);
    }
    if (this.#current !== undefined && snapshot.number <= this.#current.number) {
      throw new Error(`snapshot ${snapshot.number} was published after ${this.#current.number}`);
    }
    this.#current = snapshot;
    this.#rememberTime(snapshot.number);
    // A stream that breaks down leaves the set while this loop runs, which a Set allows.
    for (const listener of this.#listeners) listener.publish(snapshot);
  }

  join(listener: SnapshotListener): void {
    this.#listeners.add(listener);
  }

  leave(listener: SnapshotListener): void {
    this.#listeners.delete(listener);
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
