import type { Reference, Resource } from './resource.ts';
import type { Change, ResourceSet } from './snapshot.ts';

/** A name that is referenced and does not exist. */
export interface Dangling {
  readonly from: Reference;
  readonly to: Reference;
}

/** Remembers who references whom, so that proving a change consistent costs the size of the change. */
export class ReferenceCounts {
  readonly #readers = new Map<string, Map<string, Reference>>();

  /** Takes a change in and returns the references that it leaves dangling. */
  apply(changes: readonly Change[], resources: ResourceSet): readonly Dangling[] {
    const missing = changes.flatMap((change) => this.#take(change).filter(({ to }) => !resources[to.type].has(to.name)));
    const orphaned = changes.flatMap(({ type, name, after }) =>
      after === undefined ? [...(this.#readers.get(id({ type, name }))?.values() ?? [])].map((from) => ({ from, to: { type, name } })) : [],
    );
    return [...missing, ...orphaned];
  }

  readersOf(resource: Reference): readonly Reference[] {
    return [...(this.#readers.get(id(resource))?.values() ?? [])];
  }

  /** Gives back what is referenced that was not before. What was there before and is gone is found by its removal. */
  #take({ type, name, before, after }: Change): readonly Dangling[] {
    const from = { type, name };
    const { lost, gained } = difference(before?.references ?? [], after?.references ?? []);
    for (const reference of lost) this.#forget(from, reference);
    for (const reference of gained) this.#remember(from, reference);
    return gained.map((to) => ({ from, to }));
  }

  #remember(from: Reference, to: Reference): void {
    const readers = this.#readers.get(id(to));
    if (readers === undefined) this.#readers.set(id(to), new Map([[id(from), from]]));
    else readers.set(id(from), from);
  }

  #forget(from: Reference, to: Reference): void {
    const readers = this.#readers.get(id(to));
    readers?.delete(id(from));
    if (readers?.size === 0) this.#readers.delete(id(to));
  }
}

/** A listener may refer to thousands of certificates, of which one has changed: what is the same at both ends is not looked at. */
function difference(before: Resource['references'], after: Resource['references']): Record<'lost' | 'gained', readonly Reference[]> {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end), after.at(-1 - end))) end++;
  const [old, fresh] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const [had, has] = [new Set(old.map(id)), new Set(fresh.map(id))];
  return { lost: old.filter((reference) => !has.has(id(reference))), gained: fresh.filter((reference) => !had.has(id(reference))) };
}

function same(one: Reference | undefined, other: Reference | undefined): boolean {
  return one?.name === other?.name && one?.type === other?.type;
}

function id({ type, name }: Reference): string {
  return `${type} ${name}`;
}
