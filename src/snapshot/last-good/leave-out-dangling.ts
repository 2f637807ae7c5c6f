import type { Reference, Resource } from '../resource.ts';
import { typeNames } from '../resource.ts';
import type { ResourceSet } from '../snapshot.ts';

/** A resource that was left out, and what it refers to that is not there. */
export interface LeftOut {
  readonly resource: Resource;
  readonly missing: Reference;
}

/** Leaves out what refers to something that is missing, then what refers to that, until everything left is complete. */
export function leaveOutDangling(resources: ResourceSet): { readonly resources: ResourceSet; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = [];
  let rest = resources;
  for (;;) {
    const dangling = typeNames.flatMap((type) => [...rest[type].values()].flatMap((resource) => findMissing(resource, rest)));
    if (dangling.length === 0) return { resources: rest, leftOut };
    leftOut.push(...dangling);
    for (const { resource } of dangling) {
      rest = { ...rest, [resource.type]: rest[resource.type].with(new Map([[resource.name, undefined]])) };
    }
  }
}

function findMissing(resource: Resource, resources: ResourceSet): LeftOut[] {
  const missing = resource.references.find(({ type, name }) => !resources[type].has(name));
  return missing === undefined ? [] : [{ resource, missing }];
}
