import type { FollowingTable, Key } from './table.ts';

/** A table with one row, there from the first pass on: the input of what exists once, such as a listener. */
export class OnlyRow implements FollowingTable<true> {
  readonly name: string;
  readonly #key: Key;
  #announced = false;

  constructor(key: Key) {
    this.name = `only ${key}`;
    this.#key = key;
  }

  get(key: Key): true | undefined {
    return key === this.#key ? true : undefined;
  }

  keys(): Iterable<Key> {
    return [this.#key];
  }

  refresh(): ReadonlySet<Key> {
    const changed = new Set(this.#announced ? [] : [this.#key]);
    this.#announced = true;
    return changed;
  }
}
