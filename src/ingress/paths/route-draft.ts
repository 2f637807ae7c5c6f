import type { IngressBackend, IngressPath } from '../../kube/objects.ts';
import type { PathMatch, Route } from '../../model/route.ts';
import { joinPolicies, type RoutePolicy } from '../../model/route-policy.ts';
import { routePolicyOf } from '../annotations/index.ts';
import { latencyPolicy } from '../latency-histogram.ts';
import { hostnameOf, type IngressRow } from '../ingress-row.ts';
import { canonicalPath } from './literal-path.ts';
import { expressionMatch } from './rewriting.ts';

/** One path of one Ingress, on its way to becoming a route. */
export interface RouteDraft {
  readonly row: IngressRow;
  readonly match: PathMatch;
  readonly written: IngressPath;
  readonly backend: IngressBackend;
  /** `spec.rules[0].http.paths[1]`. */
  readonly field: string;
  /** The path cannot be matched as it is written: what it would have taken answers 503. */
  readonly refused?: true;
}

/** All paths that an Ingress has under a hostname, in the order in which it lists them. `expressions`: they are regular expressions. */
export function draftRoutes(row: IngressRow, hostname: string, expressions: boolean): readonly RouteDraft[] {
  return row.spec.rules.flatMap(({ host, paths }, rule) =>
    hostnameOf(host) !== hostname
      ? []
      : (paths ?? []).map((path, index) => ({
          row,
          match: expressions ? expressionMatch(path) : pathMatch(path),
          written: path,
          backend: path.backend,
          field: `spec.rules[${rule}].http.paths[${index}]`,
        })),
  );
}

/**
 * Prefix ignores a slash at the end (https://kubernetes.io/docs/concepts/services-networking/ingress/#examples);
 * ImplementationSpecific counts as Prefix, as in ingress-nginx.
 */
function pathMatch({ path = '/', pathType }: IngressPath): PathMatch {
  if (pathType === 'Exact') return { type: 'exact', path: canonicalPath(path) };
  const trimmed = canonicalPath(path).replace(/\/+$/, '');
  return { type: 'prefix', path: trimmed === '' ? '/' : trimmed };
}

/** Two drafts with equal keys want the same requests. */
export function matchKey({ type, path }: PathMatch): string {
  return `${type} ${path}`;
}

/** https://www.rfc-editor.org/rfc/rfc8555#section-8.3 */
export const acmeChallenges = '/.well-known/acme-challenge/';

/**
 * Challenges of certificate authorities before everything else. Exact before prefix, longer before shorter: Envoy takes the first that matches, Kubernetes wants the longest,
 * and the exact one among equals. https://kubernetes.io/docs/concepts/services-networking/ingress/#multiple-matches
 * Regular expressions as getBackendServers of ingress-nginx's controller.go sorts them: of equal length the last by letters first.
 */
export function byPrecedence(a: PathMatch, b: PathMatch): number {
  const isAcme = a.path.startsWith(acmeChallenges);
  if (isAcme !== b.path.startsWith(acmeChallenges)) return isAcme ? -1 : 1;
  if (a.type !== b.type) return a.type === 'exact' ? -1 : 1;
  return b.path.length - a.path.length || (a.path === b.path ? 0 : a.path < b.path === (a.type !== 'regex') ? -1 : 1);
}

/** Written only where it says something, so that routes without annotations read as short as they are. */
export function policyOf({ metadata, policies, answerHeaders }: IngressRow, own: RoutePolicy = {}): Pick<Route, 'policy'> {
  const named: RoutePolicy = answerHeaders.length === 0 ? {} : { responseHeaders: { set: answerHeaders } };
  const policy = joinPolicies([routePolicyOf(policies), latencyPolicy(metadata), named, own]);
  return Object.keys(policy).length === 0 ? {} : { policy };
}
