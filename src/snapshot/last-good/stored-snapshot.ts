import type { TypeName } from '../resource.ts';
import { typeNames } from '../resource.ts';
import type { ResourceSet } from '../snapshot.ts';

/** A snapshot as it was kept in a file. Without keys its secrets are not part of it. */
export interface StoredSnapshot {
  readonly fleet: string;
  /** Of the snapshot as it was served, with all its secrets. */
  readonly hash: string;
  readonly cause: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly time: number;
  readonly keys: boolean;
  readonly resources: ResourceSet;
}

/** The first line of a file. */
export const format = { format: 'naru-last-good', version: 1 } as const;

export function storedTypes(keys: boolean): readonly TypeName[] {
  return keys ? typeNames : typeNames.filter((type) => type !== 'secrets');
}

/** Equal for two snapshots of which the same would be stored. */
export function storedContent(resources: ResourceSet, keys: boolean): string {
  return storedTypes(keys)
    .map((type) => `${type} ${resources[type].hash()}`)
    .join('\n');
}
