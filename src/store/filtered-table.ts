import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** The rows of another table whose keys fit. */
export class FilteredTable<T> implements FollowingTable<T> {
  readonly name: string;
  readonly #input: Table<T>;
  readonly #fits: (key: Key) => boolean;

  constructor(name: string, input: Table<T>, fits: (key: Key) => boolean) {
    this.name = name;
    this.#input = input;
    this.#fits = fits;
  }

  get(key: Key): T | undefined {
    return this.#fits(key) ? this.#input.get(key) : undefined;
  }

  *keys(): Iterable<Key> {
    for (const key of this.#input.keys()) if (this.#fits(key)) yield key;
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    return new Set([...(changes.get(this.#input) ?? [])].filter(this.#fits));
  }
}
