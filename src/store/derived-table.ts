import { isDeepStrictEqual } from 'node:util';
import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** Reads other tables on behalf of one row, and remembers what was read. */
export interface Read {
  get<T>(table: Table<T>, key: Key): T | undefined;
  /** All rows of a table: this row is computed again when any of them changes. */
  all<T>(table: Table<T>): ReadonlyMap<Key, T>;
}

export interface DerivedTableOptions<I, O> {
  readonly name: string;
  readonly input: Table<I>;
  /** A pure function of what it reads: no clock, no I/O. Undefined means: no row. */
  readonly compute: (row: I, read: Read, key: Key) => O | undefined;
  /** When two values count as equal, so that the wave of changes stops. Default: deep equality. */
  readonly same?: (before: O, after: O) => boolean;
  /** Called when `compute` throws, which is a bug of ours: the row keeps its last good value. `undefined` takes it back. */
  readonly onFailure?: (key: Key, error: Error | undefined) => void;
}

/** Stands for "every row" in the records of what was read. */
const everyRow = '';

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
  readonly #reads = new Map<Key, [Table<unknown>, Key][]>();
  readonly #readers = new Map<Table<unknown>, Map<Key, Set<Key>>>();
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
    for (const [table, keys] of changes) {
      const readers = this.#readers.get(table);
      if (readers === undefined || keys.size === 0) continue;
      for (const reader of readers.get(everyRow) ?? []) dirty.add(reader);
      for (const key of keys) for (const reader of readers.get(key) ?? []) dirty.add(reader);
    }
    const changed = new Set<Key>();
    for (const key of dirty) if (this.#recompute(key)) changed.add(key);
    return changed;
  }

  #recompute(key: Key): boolean {
    const before = this.#rows.get(key);
    const input = this.#options.input.get(key);
    this.#forgetReads(key);
    let after: O | undefined;
    try {
      after = input === undefined ? undefined : this.#compute(input, key);
      this.#report(key, undefined);
    } catch (error) {
      this.#report(key, error instanceof Error ? error : new Error(String(error)));
      return false;
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
    return this.#options.compute(
      input,
      {
        get: (table, row) => {
          this.#remember(key, table, row);
          return table.get(row);
        },
        all: (table) => {
          this.#remember(key, table, everyRow);
          return allRows(table);
        },
      },
      key,
    );
  }

  #report(key: Key, error: Error | undefined): void {
    if (error === undefined && !this.#failed.delete(key)) return;
    if (error !== undefined) this.#failed.add(key);
    this.#options.onFailure?.(key, error);
  }

  #remember(row: Key, table: Table<unknown>, key: Key): void {
    let byKey = this.#readers.get(table);
    if (byKey === undefined) this.#readers.set(table, (byKey = new Map()));
    let readers = byKey.get(key);
    if (readers === undefined) byKey.set(key, (readers = new Set()));
    if (readers.has(row)) return;
    readers.add(row);
    const reads = this.#reads.get(row);
    if (reads === undefined) this.#reads.set(row, [[table, key]]);
    else reads.push([table, key]);
  }

  #forgetReads(row: Key): void {
    for (const [table, key] of this.#reads.get(row) ?? []) {
      const byKey = this.#readers.get(table);
      const readers = byKey?.get(key);
      readers?.delete(row);
      if (readers?.size === 0) byKey?.delete(key);
    }
    this.#reads.delete(row);
  }
}

function allRows<T>(table: Table<T>): ReadonlyMap<Key, T> {
  const rows = new Map<Key, T>();
  for (const key of table.keys()) {
    const row = table.get(key);
    if (row !== undefined) rows.set(key, row);
  }
  return rows;
}
