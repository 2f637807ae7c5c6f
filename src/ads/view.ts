import type { Resource, TypeName } from '../snapshot/resource.ts';

/** Resources of one type by name, as one stream sees them. */
export interface ResourceView {
  get(name: string): Resource | undefined;
  has(name: string): boolean;
  readonly size: number;
  values(): Iterable<Resource>;
}

/** What a stream sends from: a snapshot, or one in which some resources are newer. */
export interface View {
  readonly number: number;
  readonly hash: string;
  /** See `Snapshot.only`. */
  readonly only?: readonly TypeName[];
  readonly resources: Readonly<Record<TypeName, ResourceView>>;
}

/** The names of one table, each with its newest content. */
export class Refreshed implements ResourceView {
  readonly #names: ResourceView;
  readonly #newest: ResourceView;

  constructor(names: ResourceView, newest: ResourceView) {
    this.#names = names;
    this.#newest = newest;
  }

  get(name: string): Resource | undefined {
    const resource = this.#names.get(name);
    return resource && (this.#newest.get(name) ?? resource);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  get size(): number {
    return this.#names.size;
  }

  *values(): IterableIterator<Resource> {
    for (const resource of this.#names.values()) yield this.#newest.get(resource.name) ?? resource;
  }
}
