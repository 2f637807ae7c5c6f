import type { Changes, FollowingTable, Key, Table } from './table.ts';

/**
 * Groups the rows of another table: `hostname → keys of the Ingresses that name it`.
 *
 * A row is the sorted list of member keys. It changes when a member comes or goes, not when a member's own value
 * changes: who reads the members as well hears of that from their table.
 */
export class IndexTable<I> implements FollowingTable<readonly Key[]> {
  readonly name: string;
  readonly #input: Table<I>;
  readonly #groupsOf: (row: I, key: Key) => Iterable<Key>;
  readonly #groups = new Map<Key, readonly Key[]>();
  readonly #rows = new Map<Key, readonly Key[]>();
  readonly #kept: ReadonlySet<Key>;
  #announced = false;

  /** `kept` groups are there even without a member. */
  constructor(name: string, input: Table<I>, groupsOf: (row: I, key: Key) => Iterable<Key>, kept: readonly Key[] = []) {
    this.name = name;
    this.#input = input;
    this.#groupsOf = groupsOf;
    this.#kept = new Set(kept);
    for (const group of kept) this.#rows.set(group, []);
  }

  get(group: Key): readonly Key[] | undefined {
    return this.#rows.get(group);
  }

  keys(): Iterable<Key> {
    return this.#rows.keys();
  }

  refresh(changes: Changes): ReadonlySet<Key> {
    const joined = new Map<Key, Set<Key>>();
    const left = new Map<Key, Set<Key>>();
    for (const member of changes.get(this.#input) ?? []) {
      const row = this.#input.get(member);
      const before = this.#groups.get(member) ?? none;
      const after = row === undefined ? none : distinct(this.#groupsOf(row, member));
      for (const group of without(after, before)) add(joined, group, member);
      for (const group of without(before, after)) add(left, group, member);
      if (after.length === 0) this.#groups.delete(member);
      else this.#groups.set(member, after);
    }
    const changed = new Set([...(this.#announced ? [] : this.#kept), ...joined.keys(), ...left.keys()]);
    this.#announced = true;
    for (const group of changed) this.#change(group, joined.get(group), left.get(group));
    return changed;
  }

  #change(group: Key, joined: ReadonlySet<Key> | undefined, left: ReadonlySet<Key> | undefined): void {
    const stayed = (this.#rows.get(group) ?? []).filter((member) => left?.has(member) !== true);
    const members = joined === undefined ? stayed : [...stayed, ...joined].sort();
    if (members.length === 0 && !this.#kept.has(group)) this.#rows.delete(group);
    else this.#rows.set(group, members);
  }
}

const none: readonly Key[] = [];

/** Most rows have one group or none: a set for each of them would take more than the rest of the index. */
function distinct(groups: Iterable<Key>): readonly Key[] {
  const list = [...groups];
  return list.length < 2 ? list : [...new Set(list)];
}

function without(groups: readonly Key[], others: readonly Key[]): readonly Key[] {
  if (groups.length === 0 || others.length === 0) return groups;
  const left = new Set(others);
  return groups.filter((group) => !left.has(group));
}

function add(groups: Map<Key, Set<Key>>, group: Key, member: Key): void {
  const members = groups.get(group);
  if (members === undefined) groups.set(group, new Set([member]));
  else members.add(member);
}
