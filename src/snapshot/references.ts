import type { Reference, Resource } from './resource.ts';
import type { Change, ResourceSet } from './snapshot.ts';

/** A name that is referenced and does not exist. */
export interface Dangling {
  readonly from: Reference;
  readonly to: Reference;
}

/** Counts who references whom, so that proving a change consistent costs the size of the change. */
export class ReferenceCounts {
  readonly #counts = new Map<string, Map<string, Reference>>();

  /** Takes a change in and returns the references that it leaves dangling. */
  apply(changes: readonly Change[], resources: ResourceSet): readonly Dangling[] {
    for (const { before } of changes) if (before !== undefined) this.#forget(before);
    for (const { after } of changes) if (after !== undefined) this.#remember(after);
    const missing = changes.flatMap(({ after }) =>
      after === undefined ? [] : after.references.filter((to) => !resources[to.type].has(to.name)).map((to) => ({ from: after, to })),
    );
    const orphaned = changes.flatMap(({ type, name, after }) =>
      after === undefined ? [...(this.#counts.get(id({ type, name }))?.values() ?? [])].map((from) => ({ from, to: { type, name } })) : [],
    );
    return [...missing, ...orphaned].map(({ from, to }) => ({ from: { type: from.type, name: from.name }, to }));
  }

  #remember(resource: Resource): void {
    for (const reference of resource.references) {
      const readers = this.#counts.get(id(reference));
      if (readers === undefined) this.#counts.set(id(reference), new Map([[id(resource), resource]]));
      else readers.set(id(resource), resource);
    }
  }

  #forget(resource: Resource): void {
    for (const reference of resource.references) {
      const readers = this.#counts.get(id(reference));
      readers?.delete(id(resource));
      if (readers?.size === 0) this.#counts.delete(id(reference));
    }
  }
}

function id({ type, name }: Reference): string {
  return `${type} ${name}`;
}
