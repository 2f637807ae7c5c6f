import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** The rows of several tables as one. A key that is in several has the row of the first. */
export class UnionTable<T> implements FollowingTable<T> {
  readonly name: string;
  readonly #inputs: readonly Table<T>[];

  constructor(name: string, inputs: readonly Table<T>[]) {
    this.name = name;
    this.#inputs = inputs;
  }

  get(key: Key): T | undefined {
    for (const input of this.#inputs) {
      const row = input.get(key);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  *keys(): Iterable<Key> {
    for (const [index, input] of this.#inputs.entries()) {
      for (const key of input.keys()) if (!this.#inputs.slice(0, index).some((earlier) => earlier.get(key) !== undefined)) yield key;
    }
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    return new Set(this.#inputs.flatMap((input) => [...(changes.get(input) ?? [])]));
  }
}
