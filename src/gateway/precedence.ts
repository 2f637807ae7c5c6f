import { byCreation } from '../ingress/age.ts';
import type { Metadata } from '../kube/objects.ts';
import type { Conditions, PathMatch, Route } from '../model/route.ts';

/** A match of a rule, on its way to becoming a route. */
export interface Candidate {
  readonly metadata: Metadata;
  readonly match: PathMatch;
  readonly conditions: Conditions;
  /** Of the rule in its object, and of the match in its rule. */
  readonly order: readonly [rule: number, match: number];
  readonly make: () => Route;
}

const types: Readonly<Record<PathMatch['type'], number>> = { exact: 0, regex: 1, prefix: 2 };

/**
 * Exact path, then (where the specification leaves it open) expression, then the longest prefix; a method; the most headers; the most query
 * parameters; the oldest route; its name; the order within it. https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch
 */
export function byPrecedence(a: Candidate, b: Candidate): number {
  return (
    types[a.match.type] - types[b.match.type] ||
    b.match.path.length - a.match.path.length ||
    count(b.conditions.method) - count(a.conditions.method) ||
    (b.conditions.headers?.length ?? 0) - (a.conditions.headers?.length ?? 0) ||
    (b.conditions.query?.length ?? 0) - (a.conditions.query?.length ?? 0) ||
    byCreation(a.metadata, b.metadata) ||
    (a.metadata.origin?.order ?? 0) - (b.metadata.origin?.order ?? 0) ||
    compare(`${a.metadata.namespace}/${a.metadata.name}`, `${b.metadata.namespace}/${b.metadata.name}`) ||
    a.order[0] - b.order[0] ||
    a.order[1] - b.order[1]
  );
}

function count(value: unknown): number {
  return value === undefined ? 0 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
