import { objectKey } from '../kube/event.ts';
import type { Metadata } from '../kube/objects.ts';
import type { Compatibility } from './options.ts';

/** Sorts after every RFC 3339 time: an object without a creation time counts as just created. */
const now = '~';

/**
 * The order in which objects win: the oldest first, those of a folder without a time by their position, then by namespace and by name.
 * It is total, so that any order of arrival gives the same result. For ingress-nginx the last of equal age by
 * `namespace/name` comes first (sortIngressSlice in its store.go).
 */
export function oldestFirst<T extends { readonly metadata: Metadata }>(rows: readonly T[], compatibility: Compatibility): readonly T[] {
  const byName = compatibility === 'nginx' ? byNameDescending : byNamespaceAndName;
  return [...rows].sort(({ metadata: a }, { metadata: b }) => byCreation(a, b) || byOrigin(a, b) || byName(a, b));
}

export function byCreation(a: Metadata, b: Metadata): number {
  return compare(a.creationTimestamp ?? now, b.creationTimestamp ?? now);
}

/** Where a folder says when objects were created, that is what counts. */
function byOrigin(a: Metadata, b: Metadata): number {
  if (a.creationTimestamp !== undefined) return 0;
  return (a.origin?.order ?? 0) - (b.origin?.order ?? 0);
}

function byNamespaceAndName(a: Metadata, b: Metadata): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function byNameDescending(a: Metadata, b: Metadata): number {
  return compare(objectKey(b.namespace, b.name), objectKey(a.namespace, a.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
