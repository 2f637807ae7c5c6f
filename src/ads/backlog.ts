import type { Resource } from '../snapshot/resource.ts';

/** A resource that must be sent. What is sent is always its newest content, so only numbers are kept. */
interface Upsert {
  /** The oldest snapshot whose content of this name the client lacks. */
  readonly since: number;
  /** Sent even if the client holds this very version: it asked, or it is warming. */
  readonly forced: boolean;
  /** Goes into a response of its own, because a response with others was refused. */
  readonly alone: boolean;
  /** Goes ahead of what alone uses it: the client has neither. */
  readonly ahead: boolean;
}

/** A resource that the newest snapshot no longer has and that the client still holds. */
export interface Departure {
  /** The snapshot that removed it. */
  readonly number: number;
  /** The oldest snapshot whose content of this name the client lacks: it may hold something that is older still. */
  readonly since: number;
  /** When that snapshot came to this stream. */
  readonly at: number;
  /** When everything that had to happen before was done; the grace time counts from here. */
  readyAt?: number;
}

/** What one stream must still be sent of one type: dirty names, so that a publication costs what it changed. */
export class Backlog {
  readonly #upserts = new Map<string, Upsert>();
  readonly #departures = new Map<string, Departure>();
  readonly #missing = new Set<string>();
  /** Names that are gone without a way to say so. The client keeps what it holds until it loses its interest. */
  readonly #kept = new Map<string, Pick<Departure, 'number' | 'since'>>();
  #answerSince: number | undefined;
  /** Smallest `since`; undefined when it must be counted anew. */
  #oldest: number | undefined = Infinity;
  #newest = 0;

  get upserts(): ReadonlyMap<string, Upsert> {
    return this.#upserts;
  }

  get departures(): ReadonlyMap<string, Departure> {
    return this.#departures;
  }

  /** Names that were asked for and do not exist; the client is told so at once. */
  get missing(): ReadonlySet<string> {
    return this.#missing;
  }

  /** How many names are gone that the client keeps. */
  get kept(): number {
    return this.#kept.size;
  }

  /** Whether a response is owed even if there is nothing to put into it. */
  get owesAnswer(): boolean {
    return this.#answerSince !== undefined;
  }

  get someAhead(): boolean {
    for (const { ahead } of this.#upserts.values()) if (ahead) return true;
    return false;
  }

  get allAhead(): boolean {
    for (const { ahead } of this.#upserts.values()) if (!ahead) return false;
    return this.#upserts.size > 0 && !this.owesAnswer;
  }

  get waiting(): boolean {
    return this.#upserts.size > 0 || this.owesAnswer;
  }

  /** The newest snapshot that something waiting comes from. */
  get newest(): number {
    return this.#newest;
  }

  /** The oldest snapshot that something waiting comes from; infinite when nothing waits. */
  get oldest(): number {
    if (this.#oldest === undefined) {
      this.#oldest = this.#answerSince ?? Infinity;
      for (const { since } of this.#upserts.values()) this.#oldest = Math.min(this.#oldest, since);
    }
    return this.#oldest;
  }

  /** `number` is the snapshot at hand. A name that waits already keeps its place and its `since`. */
  add(name: string, upsert: Upsert, number: number): void {
    if (this.#oldest !== undefined) this.#oldest = Math.min(this.#oldest, upsert.since);
    this.#newest = Math.max(this.#newest, number);
    if (!this.#knows(name)) return void this.#upserts.set(name, upsert);
    const before = this.#upserts.get(name);
    // What was to go and is wanted again is as old in the client as it was.
    const since = Math.min(upsert.since, before?.since ?? Infinity, this.#lacks(name));
    this.#upserts.set(name, { ...upsert, since, forced: upsert.forced || before?.forced === true });
    this.#departures.delete(name);
    this.#missing.delete(name);
    this.#kept.delete(name);
    if (this.#oldest !== undefined) this.#oldest = Math.min(this.#oldest, since);
  }

  /** There is nothing new about this name after all: it has become again what the client holds. */
  settle(name: string): void {
    this.#departures.delete(name);
    this.#missing.delete(name);
    this.#kept.delete(name);
    if (this.#upserts.get(name)?.forced === false) this.#take(name);
  }

  depart(name: string, departure: Departure): void {
    const since = Math.min(departure.since, this.#upserts.get(name)?.since ?? Infinity);
    this.#take(name);
    if (!this.#departures.has(name)) this.#departures.set(name, { ...departure, since });
  }

  /** The same for a type of which nothing can be taken away. */
  keepFor(name: string, { number, since }: Pick<Departure, 'number' | 'since'>): void {
    const oldest = Math.min(since, this.#upserts.get(name)?.since ?? Infinity, this.#lacks(name));
    this.forget(name);
    this.#kept.set(name, { number, since: oldest });
  }

  /** The client has come to hold what this name was in a snapshot. */
  caughtUp(name: string, snapshot: number): void {
    const kept = this.#kept.get(name);
    if (kept !== undefined) this.#kept.set(name, { ...kept, since: Math.max(kept.since, snapshot + 1) });
  }

  /** Whether the client keeps something that was outdated, by this snapshot, even before it was gone. */
  keepsOlder(than: number): boolean {
    for (const { number, since } of this.#kept.values()) if (since < number && since <= than) return true;
    return false;
  }

  miss(name: string): void {
    this.#take(name);
    this.#missing.add(name);
  }

  oweAnswer(since: number, number: number): void {
    this.#answerSince = Math.min(since, this.#answerSince ?? Infinity);
    this.#oldest = undefined;
    this.#newest = Math.max(this.#newest, number);
  }

  /** Forgets a name: the client is no longer interested in it. */
  forget(name: string): void {
    this.#take(name);
    this.#departures.delete(name);
    this.#missing.delete(name);
    this.#kept.delete(name);
  }

  /** Forgets every name that does not fit. */
  keep(fits: (name: string) => boolean): void {
    for (const names of [this.#upserts, this.#departures, this.#missing, this.#kept]) {
      for (const name of names.keys()) if (!fits(name)) this.forget(name);
    }
  }

  /** These go out now, and with upserts whatever answer was owed. */
  sent(upserts: readonly Resource[], removed: Iterable<string>, answers: boolean): void {
    if (answers) this.#answerSince = undefined;
    this.#oldest = undefined;
    for (const { name } of upserts) this.#upserts.delete(name);
    for (const name of removed) this.forget(name);
    if (!this.waiting) this.#newest = 0;
  }

  #knows(name: string): boolean {
    return [this.#upserts, this.#departures, this.#missing, this.#kept].some((names) => names.size > 0 && names.has(name));
  }

  #lacks(name: string): number {
    return Math.min(this.#departures.get(name)?.since ?? Infinity, this.#kept.get(name)?.since ?? Infinity);
  }

  #take(name: string): void {
    const upsert = this.#upserts.get(name);
    if (upsert === undefined) return;
    this.#upserts.delete(name);
    if (upsert.since === this.#oldest) this.#oldest = undefined;
    if (!this.waiting) this.#newest = 0;
  }
}
