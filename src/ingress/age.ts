import type { Metadata } from '../kube/objects.ts';

/** Sorts after every RFC 3339 time: an object without a creation time counts as just created. */
const now = '~';

/**
 * The order in which objects win: the oldest first, then by position in a folder, by namespace and by name.
 * It is total, so that any order of arrival gives the same result.
 */
export function byAge(a: Metadata, b: Metadata): number {
  return (
    byCreation(a, b) || (a.origin?.order ?? 0) - (b.origin?.order ?? 0) || compare(a.namespace, b.namespace) || compare(a.name, b.name)
  );
}

export function byCreation(a: Metadata, b: Metadata): number {
  return compare(a.creationTimestamp ?? now, b.creationTimestamp ?? now);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
