import type { Changes, FollowingTable, Key, Table } from './table.ts';

/** The groups of several index tables: a group has the members that it has in any of them. */
export class JoinedIndex implements FollowingTable<readonly Key[]> {
  readonly name: string;
  readonly #parts: readonly Table<readonly Key[]>[];

  constructor(name: string, parts: readonly Table<readonly Key[]>[]) {
    this.name = name;
    this.#parts = parts;
  }

  get(group: Key): readonly Key[] | undefined {
    const found = this.#parts.map((part) => part.get(group)).filter((members) => members !== undefined);
    return found.length < 2 ? found[0] : found.flat();
  }

  keys(): Iterable<Key> {
    return new Set(this.#parts.flatMap((part) => [...part.keys()]));
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    return new Set(this.#parts.flatMap((part) => [...(changes.get(part) ?? [])]));
  }
}
