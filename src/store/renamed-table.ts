import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** The rows of another table under other names. Of rows that should have the same name the one that came last is there. */
export class RenamedTable<T> implements FollowingTable<T> {
  readonly name: string;
  readonly #input: Table<T>;
  readonly #rename: (key: Key) => Key;
  readonly #keys = new Map<Key, Key>();

  constructor(name: string, input: Table<T>, rename: (key: Key) => Key) {
    this.name = name;
    this.#input = input;
    this.#rename = rename;
  }

  get(name: Key): T | undefined {
    const key = this.#keys.get(name);
    return key === undefined ? undefined : this.#input.get(key);
  }

  keys(): Iterable<Key> {
    return this.#keys.keys();
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    return new Set([...(changes.get(this.#input) ?? [])].map((key) => this.#follow(key)));
  }

  #follow(key: Key): Key {
    const name = this.#rename(key);
    if (this.#input.get(key) !== undefined) this.#keys.set(name, key);
    else if (this.#keys.get(name) === key) this.#keys.delete(name);
    return name;
  }
}
