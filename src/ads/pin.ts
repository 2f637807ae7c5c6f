import { typeNames, type TypeName } from '../snapshot/resource.ts';
import { type Snapshot, tells } from '../snapshot/snapshot.ts';
import { untilNext, waitForNobody } from './order.ts';
import { Refreshed, type View } from './view.ts';

/** What the pin must know of, and tell, each type of a stream. */
export interface Pinned {
  readonly subscribed: boolean;
  /** All additions and changes up to this snapshot have been sent. */
  readonly sent: number;
  /** All additions and changes up to this snapshot have been answered, by ACK or NACK. */
  readonly settled: number;
  /** Resources that were refused together go again one by one. */
  readonly retrying: boolean;
  /** Takes in a newer snapshot. `names` are those that may differ; undefined when there was none before. */
  publish(view: View, names: readonly string[] | undefined, now: number): void;
  /** Takes in newer contents of these names, ahead of the snapshot that they come from. */
  refresh(view: View, names: readonly string[], now: number): void;
}

/**
 * The snapshot that a stream works on. It stays the same until its clusters are answered and its listeners and routes have
 * had their turn, so that these are never kept waiting for clusters that are newer than they are: however fast snapshots
 * come, each round of make before break comes to its end. Then the stream goes on with the newest, and what lies between
 * was never there.
 *
 *     published   1 ─ 2 ─ 3 ─ 4 ─ 5 ─ 6
 *     this stream 1 ───────── 4 ────── 6      as fast as its client answers
 *
 * Removals take no part in it: they have a grace time, and are as much due in the newer snapshot. Types that wait for
 * nobody do not wait here either: new contents of names that are in the pinned snapshot go at once.
 */
export class Pin {
  readonly #types: Readonly<Record<TypeName, Pinned>>;
  readonly #patienceMs: number;
  #snapshot: Snapshot | undefined;
  #view: View | undefined;
  #newest: Snapshot | undefined;
  /** The newest that the types which wait for nobody have seen. */
  #refreshed: Snapshot | undefined;
  #since = 0;

  /** After `patienceMs` the newest is taken anyway: that loses nothing but time. With 0 nothing is ever kept waiting. */
  constructor(types: Readonly<Record<TypeName, Pinned>>, patienceMs: number) {
    this.#types = types;
    this.#patienceMs = patienceMs;
  }

  /** What the stream sends from, or sent from last. */
  get view(): View | undefined {
    return this.#view;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /** Whether there is a newer snapshot, and the one at hand has come to its end. */
  get isDue(): boolean {
    return this.#newest !== this.#snapshot && (this.#snapshot === undefined || this.#isDone(this.#snapshot));
  }

  offer(snapshot: Snapshot): void {
    this.#newest = snapshot;
  }

  /** The snapshot at hand is not for this client: the next one is compared whole. */
  forget(): void {
    this.#snapshot = undefined;
    this.#newest = undefined;
  }

  /** Goes on to the newest snapshot if it is time; gives back when to look again if nothing happens before. */
  catchUp(now: number): number {
    const newest = this.#newest;
    if (newest === undefined || newest === this.#snapshot) return Infinity;
    const at = this.#snapshot;
    if (at !== undefined && !this.isDue) {
      const until = this.#since + this.#patienceMs;
      if (now < until) {
        this.#refresh(at, newest, now);
        return until;
      }
    }
    const names = typeNames.map((type) => (at !== undefined && tells(at, type) ? this.#namesChanged(type, at, newest) : undefined));
    this.#snapshot = this.#view = this.#refreshed = newest;
    this.#since = now;
    typeNames.forEach((type, index) => tells(newest, type) && this.#types[type].publish(newest, names[index], now));
    return Infinity;
  }

  /** Whether nothing of this snapshot would be held up if a newer one took its place. */
  #isDone({ number }: Snapshot): boolean {
    // The newest may be what was made of a refusal, and that is urgent.
    if (typeNames.some((type) => this.#types[type].retrying)) return true;
    return untilNext.every(({ type, is }) => !this.#types[type].subscribed || this.#types[type][is] >= number);
  }

  #namesChanged(type: TypeName, at: Snapshot, newest: Snapshot): readonly string[] {
    const table = newest.resources[type];
    const names = table.namesChangedSince(at.resources[type]);
    const refreshed = this.#refreshed?.resources[type] ?? at.resources[type];
    // What went ahead of its snapshot may have become again what it was.
    return refreshed === at.resources[type] ? names : [...new Set([...names, ...table.namesChangedSince(refreshed)])];
  }

  #refresh(at: Snapshot, newest: Snapshot, now: number): void {
    const before = this.#refreshed ?? at;
    if (before === newest) return;
    this.#refreshed = newest;
    const resources: Record<TypeName, View['resources'][TypeName]> = { ...at.resources };
    for (const type of waitForNobody) resources[type] = new Refreshed(at.resources[type], newest.resources[type]);
    const view = (this.#view = { number: at.number, hash: at.hash, resources });
    for (const type of waitForNobody) {
      const names = newest.resources[type].namesChangedSince(before.resources[type]);
      const known = names.filter((name) => at.resources[type].has(name) && newest.resources[type].has(name));
      this.#types[type].refresh(view, known, now);
    }
  }
}
