import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** The rows of another table under longer keys, so that tables of several kinds can be one. */
export class PrefixedTable<T> implements FollowingTable<T> {
  readonly name: string;
  readonly #input: Table<T>;
  readonly #prefix: string;

  constructor(prefix: string, input: Table<T>) {
    this.name = `${prefix}${input.name}`;
    this.#input = input;
    this.#prefix = prefix;
  }

  get(key: Key): T | undefined {
    return key.startsWith(this.#prefix) ? this.#input.get(key.slice(this.#prefix.length)) : undefined;
  }

  *keys(): Iterable<Key> {
    for (const key of this.#input.keys()) yield this.#prefix + key;
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    return new Set([...(changes.get(this.#input) ?? [])].map((key) => this.#prefix + key));
  }
}
