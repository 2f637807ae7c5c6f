import { problem, type Problem } from '../../model/problem.ts';
import type { Route, RouteAction } from '../../model/route.ts';
import { joinPolicies } from '../../model/route-policy.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import { anyHost } from '../../model/virtual-host.ts';
import type { Key } from '../../store/table.ts';
import { upstreamPolicyOf } from '../annotations/index.ts';
import { serviceRef } from '../backends/backend.ts';
import { type BackendLookup, lookUp, unavailable, unavailableAnswer } from '../backends/backend-lookup.ts';
import type { IngressRow } from '../ingress-row.ts';
import { generalPolicy } from './path-policy.ts';
import { redirectingOf } from './redirecting.ts';
import { policyOf } from '../paths/route-draft.ts';
import { splitForCanary } from '../canaries/canary-split.ts';
import { sessionOf } from './session-of.ts';
import { sourceOf } from '../source-of.ts';
import type { UpstreamUses } from '../backends/upstream-uses.ts';

/** What a fold reads, and what it gathers on its way. */
export interface Folding {
  readonly lookup: BackendLookup;
  readonly uses: UpstreamUses;
  readonly problems: Problem[];
}

const everything: Route['match'] = { type: 'prefix', path: '/' };

/** What requests for a host get that match no path. Absent under a named host: what they get under any host; there: 404. */
export function makeFallback(hostname: string, rows: readonly IngressRow[], { lookup, uses, problems }: Folding): Route | undefined {
  const primaries = rows.filter(({ policies }) => policies.canary === undefined);
  const row = lookup.compatibility === 'nginx' ? chooseAsNginx(hostname, primaries) : choose(hostname, primaries);
  if (row !== undefined) return defaultBackendOf(row, rows, { lookup, uses, problems });
  if (hostname === anyHost) return controllerDefault({ lookup, uses, problems });
  if (lookup.compatibility !== 'nginx') return undefined;
  return withPolicyOf(primaries[0], controllerDefault({ lookup, uses, problems: [] }) ?? notFound(primaries));
}

/**
 * The oldest Ingress of this host that has a default backend. Under any host, Ingresses without rules come before those whose
 * default backend goes with rules of their own.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#default-backend
 */
function choose(hostname: string, primaries: readonly IngressRow[]): IngressRow | undefined {
  const candidates = primaries.filter(({ spec }) => spec.defaultBackend !== undefined);
  const withoutRules = candidates.find(({ spec }) => spec.rules.length === 0);
  return hostname === anyHost ? (withoutRules ?? candidates[0]) : candidates[0];
}

/** A named host has the default backend of the oldest Ingress that names it, or none; any other host that of an Ingress without rules (createServers in ingress-nginx's controller.go). */
function chooseAsNginx(hostname: string, primaries: readonly IngressRow[]): IngressRow | undefined {
  if (hostname === anyHost) return primaries.find(({ spec }) => spec.defaultBackend !== undefined && spec.rules.length === 0);
  return primaries[0]?.spec.defaultBackend === undefined ? undefined : primaries[0];
}

function defaultBackendOf(row: IngressRow, rows: readonly IngressRow[], { lookup, uses, problems }: Folding): Route | undefined {
  const { metadata, spec, denied, policies } = row;
  if (spec.defaultBackend === undefined) return undefined;
  const source = sourceOf({ kind: 'Ingress', ...row }, 'spec.defaultBackend');
  const backend = lookUp(metadata.namespace, spec.defaultBackend, lookup);
  const session = sessionOf({ row, match: everything, written: { path: '/', pathType: 'Prefix', backend: spec.defaultBackend } });
  const forward: RouteAction = backend.ok
    ? splitDefault(backend.upstream, rows, { ...upstreamPolicyOf(policies), ...session.upstream }, { lookup, uses, problems })
    : unavailable(backend, source, problems);
  return {
    name: `${metadata.namespace}/${metadata.name} default backend`,
    match: everything,
    action: denied ? unavailableAnswer : forward,
    ...policyOf(row, joinPolicies([generalPolicy({ row, backend: spec.defaultBackend }, uses), session.route])),
    sources: [source],
  };
}

/** Of a default backend, canaries that have one take their weight; headers and cookies are not looked at. */
function splitDefault(
  primary: Key,
  rows: readonly IngressRow[],
  reaching: UpstreamPolicy,
  { lookup, uses, problems }: Folding,
): RouteAction {
  const canaries = rows.flatMap((row) => {
    const { defaultBackend } = row.spec;
    if (row.policies.canary === undefined || defaultBackend === undefined) return [];
    const backend = lookUp(row.metadata.namespace, defaultBackend, lookup);
    const draft = { row, match: everything, written: { pathType: 'Prefix' as const, backend: defaultBackend }, backend: defaultBackend };
    return [{ draft: { ...draft, field: 'spec.defaultBackend' }, backend, ready: backend.ok && lookup.isReady(backend.upstream) }];
  });
  const split = splitForCanary(primary, canaries);
  problems.push(...split.problems);
  for (const base of split.standby) uses.use(base, reaching);
  return uses.forward(split.upstreams, reaching);
}

/** Without pods it is as if there were none: its 503 would say that something is there that has failed. */
function controllerDefault({ lookup: { defaultService, backend, isReady }, uses, problems }: Folding): Route | undefined {
  if (defaultService === undefined) return undefined;
  const [namespace = '', name = ''] = defaultService.split('/');
  const source = { kind: 'Service', namespace, name };
  const found = backend(serviceRef(defaultService));
  if (found?.ok !== true) {
    const { code, message, fix } = found ?? {
      code: 'NR501' as const,
      message: `There is no Service ${defaultService}.`,
      fix: 'Create it.',
    };
    problems.push(problem(code, source, { message, done: 'Requests that no Ingress wants get 404.', fix }));
    return undefined;
  }
  if (!isReady(found.upstream)) return undefined;
  const action = uses.forward([{ upstream: found.upstream, weight: 100 }], {});
  return { name: 'default backend', match: everything, action, sources: [source] };
}

/** A host begins with a location for all paths, to which the annotations of its oldest Ingress apply (createServers in ingress-nginx's controller.go). */
function withPolicyOf(row: IngressRow | undefined, route: Route): Route {
  if (row === undefined) return route;
  return { ...route, ...(row.denied ? { action: unavailableAnswer } : policyOf(row)), ...redirectingOf(row) };
}

function notFound(primaries: readonly IngressRow[]): Route {
  const sources = primaries.slice(0, 1).map((row) => sourceOf({ kind: 'Ingress', ...row }));
  return { name: 'not found', match: everything, action: { type: 'answer', status: 404, body: 'Not Found\n' }, sources };
}
