import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** What stands in a row's place; no value: the row is left out. */
export interface Override<T> {
  readonly value?: T;
}

/**
 * Rows of other tables, with some of them replaced, left out or added. Where nothing is overridden it costs nothing,
 * so that it can lie over a table of any size.
 */
export class OverlayTable<T> implements FollowingTable<T> {
  readonly name: string;
  readonly #bases: readonly Table<T>[];
  readonly #overrides: Table<Override<T>>;

  /** A key is in one of the `bases` at most. */
  constructor(name: string, bases: readonly Table<T>[], overrides: Table<Override<T>>) {
    this.name = name;
    this.#bases = bases;
    this.#overrides = overrides;
  }

  get(key: Key): T | undefined {
    const override = this.#overrides.get(key);
    if (override !== undefined) return override.value;
    for (const base of this.#bases) {
      const row = base.get(key);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  *keys(): Iterable<Key> {
    for (const base of this.#bases) {
      for (const key of base.keys()) if (this.#overrides.get(key) === undefined) yield key;
    }
    for (const key of this.#overrides.keys()) if (this.#overrides.get(key)?.value !== undefined) yield key;
  }

  /** A row that is overridden before and after is told of as well: whoever reads it compares. */
  refresh(changes: Changes): ReadonlySet<Key> {
    const changed = new Set<Key>();
    for (const table of [...this.#bases, this.#overrides]) for (const key of changes.get(table) ?? []) changed.add(key);
    return changed;
  }
}
