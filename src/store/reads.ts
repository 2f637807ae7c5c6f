import type { Changes, Key, Table } from './table.ts';

/** Reads other tables on behalf of one row, and remembers what was read. */
export interface Read {
  get<T>(table: Table<T>, key: Key): T | undefined;
  /** All rows of a table: this row is computed again when any of them changes. */
  all<T>(table: Table<T>): ReadonlyMap<Key, T>;
}

/** Stands for "every row" in the records of what was read. */
const everyRow = '';

/** A table, a key, the next table, its key, …: flat, because there is such a list for each row of each table. */
type Reads = readonly (Table<unknown> | Key)[];

/** What one row reads while it is computed. Rows of a table are computed one after the other, so that one of these does for all. */
export class NotedReads implements Read {
  readonly #reads: (Table<unknown> | Key)[] = [];

  get<T>(table: Table<T>, key: Key): T | undefined {
    this.#reads.push(table, key);
    return table.get(key);
  }

  all<T>(table: Table<T>): ReadonlyMap<Key, T> {
    this.#reads.push(table, everyRow);
    return allRows(table);
  }

  begin(): void {
    this.#reads.length = 0;
  }

  /** Since `begin`, and until the next. */
  get reads(): Reads {
    return this.#reads;
  }
}

/** Nearly always there is one, for which a set would be many times as large. */
type ReadersOfRow = Key | Set<Key>;

/** The rows of one table, found by what they have read. */
export class Readers {
  readonly #reads = new Map<Key, Reads>();
  readonly #readers = new Map<Table<unknown>, Map<Key, ReadersOfRow>>();

  /** Adds the rows that have read something of what has changed. */
  addThoseOf(changes: Changes, rows: Set<Key>): void {
    for (const [table, keys] of changes) {
      const byKey = this.#readers.get(table);
      if (byKey === undefined || keys.size === 0) continue;
      addTo(rows, byKey.get(everyRow));
      for (const key of keys) addTo(rows, byKey.get(key));
    }
  }

  /** From now on the row has read this, and nothing else. */
  set(row: Key, reads: Reads): void {
    const before = this.#reads.get(row) ?? [];
    // Most rows read the same each time.
    if (isSame(before, reads)) return;
    eachRead(before, (table, key) => this.#leave(row, table, key));
    eachRead(reads, (table, key) => this.#join(row, table, key));
    if (reads.length === 0) this.#reads.delete(row);
    else this.#reads.set(row, reads.slice());
  }

  #join(row: Key, table: Table<unknown>, key: Key): void {
    let byKey = this.#readers.get(table);
    if (byKey === undefined) this.#readers.set(table, (byKey = new Map()));
    const readers = byKey.get(key);
    if (readers === undefined) byKey.set(key, row);
    else if (typeof readers !== 'string') readers.add(row);
    else if (readers !== row) byKey.set(key, new Set([readers, row]));
  }

  #leave(row: Key, table: Table<unknown>, key: Key): void {
    const byKey = this.#readers.get(table);
    const readers = byKey?.get(key);
    if (readers === undefined || byKey === undefined) return;
    if (typeof readers !== 'string') readers.delete(row);
    if (readers === row || (typeof readers !== 'string' && readers.size === 0)) byKey.delete(key);
  }
}

function addTo(rows: Set<Key>, readers: ReadersOfRow | undefined): void {
  if (readers === undefined) return;
  if (typeof readers === 'string') rows.add(readers);
  else for (const reader of readers) rows.add(reader);
}

function isSame(before: Reads, reads: Reads): boolean {
  return before.length === reads.length && before.every((part, index) => part === reads[index]);
}

function eachRead(reads: Reads, visit: (table: Table<unknown>, key: Key) => void): void {
  for (let index = 0; index < reads.length; index += 2) visit(reads[index] as Table<unknown>, reads[index + 1] as Key);
}

function allRows<T>(table: Table<T>): ReadonlyMap<Key, T> {
  const rows = new Map<Key, T>();
  for (const key of table.keys()) {
    const row = table.get(key);
    if (row !== undefined) rows.set(key, row);
  }
  return rows;
}
