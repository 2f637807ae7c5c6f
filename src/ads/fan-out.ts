import type { SnapshotListener } from './fleet.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/**
 * How many streams are told in one turn of the event loop. Between turns the kernel takes what was written, so that what is
 * under way is a small part of what goes to a large fleet.
 */
const perTurn = 16;

/** Tells many streams of a new snapshot, some in each turn. Each is told once, of what is newest when its turn comes. */
export class FanOut {
  readonly #snapshotFor: (listener: SnapshotListener) => Snapshot | undefined;
  readonly #waiting = new Set<SnapshotListener>();
  #running = false;

  constructor(snapshotFor: (listener: SnapshotListener) => Snapshot | undefined) {
    this.#snapshotFor = snapshotFor;
  }

  /** The first are told before this returns, unless others wait already. A listener must not throw. */
  tell(listeners: Iterable<SnapshotListener>): void {
    for (const listener of listeners) this.#waiting.add(listener);
    if (!this.#running) this.#turn();
  }

  forget(listener: SnapshotListener): void {
    this.#waiting.delete(listener);
  }

  #turn(): void {
    this.#running = true;
    let told = 0;
    for (const listener of this.#waiting) {
      if (told++ === perTurn) break;
      this.#waiting.delete(listener);
      const snapshot = this.#snapshotFor(listener);
      if (snapshot !== undefined) listener.publish(snapshot);
    }
    if (this.#waiting.size > 0) setImmediate(() => this.#turn());
    else this.#running = false;
  }
}
