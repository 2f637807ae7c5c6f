import { isDeepStrictEqual } from 'node:util';
import { NotedReads, type Read, Readers } from './reads.ts';
import type { Changes, FollowingTable, Key, Table } from './table.ts';

export type { Read } from './reads.ts';

/** Told when the function of a row throws, which is a bug of ours: the row keeps its last good value. Without an error: it is over. */
export type OnFailure = (row: Key, error: Error | undefined) => void;

export interface DerivedTableOptions<I, O> {
  readonly name: string;
  readonly input: Table<I>;
  /** A pure function of what it reads: no clock, no I/O. Undefined means: no row. */
  readonly compute: (row: I, read: Read, key: Key) => O | undefined;
  /** When two values count as equal, so that the wave of changes stops. Default: deep equality. */
  readonly same?: (before: O, after: O) => boolean;
  readonly onFailure?: OnFailure;
}

/**
 * One output row per input row, computed again only when something it read has changed.
 *
 *     virtualHosts = new DerivedTable({ input: hosts, compute: (members, read, host) => … })
 *
 * Refreshed in the order in which tables are declared, each sees the tables before it up to date: a batch is one
 * pass, and nobody sees half of it.
 */
export class DerivedTable<I, O> implements FollowingTable<O> {
  readonly name: string;
  readonly #options: DerivedTableOptions<I, O>;
  readonly #rows = new Map<Key, O>();
  readonly #readers = new Readers();
  readonly #noted = new NotedReads();
  readonly #failed = new Set<Key>();
  #computed = 0;

  constructor(options: DerivedTableOptions<I, O>) {
    this.name = options.name;
    this.#options = options;
  }

  get(key: Key): O | undefined {
    return this.#rows.get(key);
  }

  keys(): Iterable<Key> {
    return this.#rows.keys();
  }

  /** How many rows were computed since the start: the work done, for tests and benchmarks. */
  get computed(): number {
    return this.#computed;
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    const dirty = new Set<Key>(changes.get(this.#options.input));
    this.#readers.addThoseOf(changes, dirty);
    const changed = new Set<Key>();
    for (const key of dirty) if (this.#recompute(key)) changed.add(key);
    return changed;
  }

  #recompute(key: Key): boolean {
    const before = this.#rows.get(key);
    const input = this.#options.input.get(key);
    let after: O | undefined;
    this.#noted.begin();
    try {
      after = input === undefined ? undefined : this.#compute(input, key);
      this.#report(key, undefined);
    } catch (error) {
      this.#report(key, error instanceof Error ? error : new Error(String(error)));
      return false;
    } finally {
      this.#readers.set(key, this.#noted.reads);
    }
    if (after === undefined) {
      this.#rows.delete(key);
      return before !== undefined;
    }
    if (before !== undefined && (this.#options.same ?? isDeepStrictEqual)(before, after)) return false;
    this.#rows.set(key, after);
    return true;
  }

  #compute(input: I, key: Key): O | undefined {
    this.#computed++;
    return this.#options.compute(input, this.#noted, key);
  }

  #report(key: Key, error: Error | undefined): void {
    if (error === undefined && !this.#failed.delete(key)) return;
    if (error !== undefined) this.#failed.add(key);
    this.#options.onFailure?.(key, error);
  }
}
