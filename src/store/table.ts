/** A key names one row: an object (`shop/web`), a hostname, an upstream. */
export type Key = string;

/** Rows that change only in batches. Rows are values: a changed row is another value, never the same one mutated. */
export interface Table<T> {
  readonly name: string;
  get(key: Key): T | undefined;
  keys(): Iterable<Key>;
}

/** What a batch has changed so far: table → keys of the rows that were added, changed or removed. */
export type Changes = ReadonlyMap<Table<unknown>, ReadonlySet<Key>>;

/** A table that follows others. */
export interface FollowingTable<T> extends Table<T> {
  /** Brings the table up to date with a batch and returns the keys of its own rows that differ now. */
  refresh(changes: Changes): ReadonlySet<Key>;
}

/** Rows as a source gave them. */
export class SourceTable<T> implements Table<T> {
  readonly name: string;
  readonly #rows = new Map<Key, T>();

  constructor(name: string) {
    this.name = name;
  }

  get(key: Key): T | undefined {
    return this.#rows.get(key);
  }

  keys(): Iterable<Key> {
    return this.#rows.keys();
  }

  /** Puts a row, or takes it out where it is undefined. */
  set(key: Key, row: T | undefined): void {
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }
}
