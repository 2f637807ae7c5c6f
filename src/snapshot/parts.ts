import type { Reference, Resource, TypeName } from './resource.ts';
import { typeNames } from './resource.ts';
import { changesBetween, emptyResourceSet, type ResourceSet, type Snapshot } from './snapshot.ts';
import { hashOf } from './snapshots.ts';

/** The fleet that alone gets the resource of this name; undefined: it is for the fleet of the whole snapshot. */
export type OwnerOf = (name: string) => string | undefined;

/** Types of which a resource may be for one fleet alone. */
const owned = ['listeners', 'scopes'] as const;
type Owned = (typeof owned)[number];

/**
 * Each snapshot less what is for other fleets alone: their listeners and routes. Clusters stay, which harms nobody. As long as there is
 * nothing to leave out it is the same object.
 */
export class CommonPart {
  readonly #ownerOf: OwnerOf;
  readonly #left = new Set<string>();
  #resources = emptyResourceSet;

  constructor(ownerOf: OwnerOf) {
    this.#ownerOf = ownerOf;
  }

  /** To be called with each snapshot, in order. */
  next(whole: Snapshot): Snapshot {
    const divided = this.#left.size > 0;
    for (const { type, name, after } of whole.changes) {
      if (!isOwned(type) || this.#ownerOf(name) === undefined) continue;
      if (after === undefined) this.#left.delete(`${type} ${name}`);
      else this.#left.add(`${type} ${name}`);
    }
    if (!divided && this.#left.size === 0) {
      this.#resources = whole.resources;
      return whole;
    }
    const changes = whole.changes.filter(({ type, name }) => !isOwned(type) || this.#ownerOf(name) === undefined);
    const resources = { ...whole.resources };
    for (const type of owned) {
      const ofType = changes.filter((change) => change.type === type);
      resources[type] = this.#resources[type].with(new Map(ofType.map(({ name, after }) => [name, after])));
    }
    this.#resources = resources;
    return { ...whole, resources, changes, hash: hashOf(resources) };
  }
}

/** Of each snapshot what one fleet alone gets: its listeners and routes, and whatever these need. */
export class OwnPart {
  readonly #fleet: string;
  readonly #ownerOf: OwnerOf;
  readonly #always: readonly Reference[];
  /** What is its own in the newest snapshot. */
  readonly #own = noNames();
  #current: Snapshot | undefined;

  /** `always`: what listeners may need besides what they refer to, if it exists. */
  constructor(fleet: string, ownerOf: OwnerOf, always: readonly Reference[]) {
    this.#fleet = fleet;
    this.#ownerOf = ownerOf;
    this.#always = always;
  }

  /** To be called with each snapshot, in order. Its number is the same for all fleets, whether there is a change for this one or not. */
  next(whole: Snapshot): Snapshot {
    const before = this.#current?.resources ?? emptyResourceSet;
    this.#follow(whole);
    if (this.#current !== undefined && !whole.changes.some(({ type, name }) => before[type].has(name) || this.#concerns(type, name))) {
      const { hash, resources, fleet } = this.#current;
      this.#current = { ...whole, fleet, hash, resources, changes: [] };
      return this.#current;
    }
    const wanted = this.#closure(whole.resources);
    const resources = { ...before };
    for (const type of typeNames) {
      const gone = [...before[type].names()].filter((name) => wanted[type]?.has(name) !== true).map((name) => [name, undefined] as const);
      const there = [...(wanted[type] ?? [])].filter(([name, { version }]) => before[type].get(name)?.version !== version);
      resources[type] = before[type].with(new Map<string, Resource | undefined>([...gone, ...there]));
    }
    this.#current = { ...whole, fleet: this.#fleet, hash: hashOf(resources), resources, changes: changesBetween(before, resources) };
    return this.#current;
  }

  #follow(whole: Snapshot): void {
    const put = (type: Owned, name: string, there: boolean): void => {
      if (this.#ownerOf(name) !== this.#fleet) return;
      if (there) this.#own[type].add(name);
      else this.#own[type].delete(name);
    };
    // The first that it is told of may have had something for it for long.
    if (this.#current === undefined) for (const type of owned) for (const name of whole.resources[type].names()) put(type, name, true);
    for (const { type, name, after } of whole.changes) if (isOwned(type)) put(type, name, after !== undefined);
  }

  #concerns(type: TypeName, name: string): boolean {
    return isOwned(type) ? this.#ownerOf(name) === this.#fleet : this.#always.some((one) => one.type === type && one.name === name);
  }

  #closure(whole: ResourceSet): Partial<Record<TypeName, Map<string, Resource>>> {
    const found: Partial<Record<TypeName, Map<string, Resource>>> = {};
    const open: Reference[] = [...this.#always, ...owned.flatMap((type) => [...this.#own[type]].map((name) => ({ type, name })))];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const resource = whole[next.type].get(next.name);
      const ofType = (found[next.type] ??= new Map());
      if (resource === undefined || ofType.has(next.name)) continue;
      ofType.set(next.name, resource);
      open.push(...resource.references);
    }
    return found;
  }
}

function noNames(): Readonly<Record<Owned, Set<string>>> {
  return { listeners: new Set(), scopes: new Set() };
}

function isOwned(type: TypeName): type is Owned {
  return (owned as readonly TypeName[]).includes(type);
}

/** Whether nobody but this fleet has use for a resource, through whatever leads to it. */
export function isNeededOnlyBy(
  fleet: string,
  { type, name }: Reference,
  ownerOf: OwnerOf,
  readersOf: (resource: Reference) => readonly Reference[],
): boolean {
  if (isOwned(type)) return ownerOf(name) === fleet;
  const readers = readersOf({ type, name });
  return readers.length > 0 && readers.every((reader) => isNeededOnlyBy(fleet, reader, ownerOf, readersOf));
}
