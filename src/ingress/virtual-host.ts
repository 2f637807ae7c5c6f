import type { IngressBackend } from '../kube/objects.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { Route, RouteAction } from '../model/route.ts';
import type { Source } from '../model/source.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import { routePolicyOf } from './annotations/index.ts';
import { byAge } from './age.ts';
import { type Backend, backendRef } from './backend.ts';
import { type CanaryDraft, canaryWithoutPrimary, splitForCanary } from './canary-split.ts';
import type { IngressRow } from './ingress-row.ts';
import { byPrecedence, draftRoutes, matchKey, type RouteDraft } from './route-draft.ts';
import { sourceOf } from './source-of.ts';

/** What the fold needs to know of the world besides the Ingresses themselves. */
export interface BackendLookup {
  readonly backend: (ref: string) => Backend | undefined;
  readonly isReady: (upstream: string) => boolean;
}

export interface VirtualHostRow {
  readonly virtualHost: VirtualHost;
  readonly problems: readonly Problem[];
}

/** Folds all that Ingresses say of one hostname into its virtual host. */
export function foldVirtualHost(hostname: string, rows: readonly IngressRow[], lookup: BackendLookup): VirtualHostRow {
  const byAgeRows = [...rows].sort((a, b) => byAge(a.metadata, b.metadata));
  const primaries = byAgeRows.filter(({ policies }) => policies.canary === undefined);
  const problems: Problem[] = [];
  const drafts = takePaths(hostname, primaries, problems);
  const canaries = groupCanaries(hostname, byAgeRows, lookup);
  for (const [key, candidates] of canaries) {
    if (!drafts.has(key)) problems.push(...candidates.map(({ draft }) => canaryWithoutPrimary(draft, hostname)));
  }
  const routes = [...drafts]
    .sort(([, a], [, b]) => byPrecedence(a.match, b.match))
    .map(([key, draft]) => makeRoute(draft, canaries.get(key) ?? [], lookup, problems));
  const fallback = makeFallback(hostname, primaries, lookup, problems);
  return { virtualHost: { hostname, routes, ...(fallback === undefined ? {} : { fallback }) }, problems };
}

/** The oldest Ingress has a path; who wants it later is told so. */
function takePaths(hostname: string, primaries: readonly IngressRow[], problems: Problem[]): Map<string, RouteDraft> {
  const taken = new Map<string, RouteDraft>();
  for (const draft of primaries.flatMap((row) => draftRoutes(row, hostname))) {
    const key = matchKey(draft.match);
    const owner = taken.get(key);
    if (owner === undefined) taken.set(key, draft);
    else problems.push(pathTaken(hostname, draft, owner));
  }
  return taken;
}

function groupCanaries(hostname: string, rows: readonly IngressRow[], lookup: BackendLookup): Map<string, CanaryDraft[]> {
  const groups = new Map<string, CanaryDraft[]>();
  for (const row of rows) {
    if (row.policies.canary === undefined) continue;
    for (const draft of draftRoutes(row, hostname)) {
      const backend = lookUp(draft.row.metadata.namespace, draft.backend, lookup);
      const candidate = { draft, backend, ready: backend.ok && lookup.isReady(backend.upstream) };
      const key = matchKey(draft.match);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [candidate]);
      else group.push(candidate);
    }
  }
  return groups;
}

function makeRoute(draft: RouteDraft, canaries: readonly CanaryDraft[], lookup: BackendLookup, problems: Problem[]): Route {
  const { metadata } = draft.row;
  const source = sourceOf({ kind: 'Ingress', ...draft.row }, draft.field);
  const name = `${metadata.namespace}/${metadata.name} ${matchKey(draft.match)}`;
  if (draft.row.denied) return { name, match: draft.match, action: unavailableAnswer, sources: [source] };
  const backend = lookUp(metadata.namespace, draft.backend, lookup);
  if (!backend.ok) return { name, match: draft.match, action: unavailable(backend, source, problems), sources: [source] };
  const split = splitForCanary(backend.upstream, canaries);
  problems.push(...split.problems);
  const canary = split.canary === undefined ? [] : [sourceOf({ kind: 'Ingress', ...split.canary.row }, split.canary.field)];
  const action = { type: 'forward', upstreams: split.upstreams } as const;
  return { name, match: draft.match, action, ...policyOf(draft.row), sources: [source, ...canary] };
}

/**
 * What requests get that match no path: the default backend of the oldest Ingress of this host that has one.
 * Under any host, Ingresses without rules come before those whose default backend goes with rules of their own.
 */
function makeFallback(hostname: string, primaries: readonly IngressRow[], lookup: BackendLookup, problems: Problem[]): Route | undefined {
  const candidates = primaries.filter(({ spec }) => spec.defaultBackend !== undefined);
  const withoutRules = candidates.find(({ spec }) => spec.rules.length === 0);
  const row = hostname === anyHost ? (withoutRules ?? candidates[0]) : candidates[0];
  if (row?.spec.defaultBackend === undefined) return undefined;
  const source = sourceOf({ kind: 'Ingress', ...row }, 'spec.defaultBackend');
  const backend = lookUp(row.metadata.namespace, row.spec.defaultBackend, lookup);
  const name = `${row.metadata.namespace}/${row.metadata.name} default backend`;
  return {
    name,
    match: { type: 'prefix', path: '/' },
    action: fallbackAction(row, backend, source, problems),
    ...policyOf(row),
    sources: [source],
  };
}

/** Written only where it says something, so that routes without annotations read as short as they are. */
function policyOf({ policies }: IngressRow): Pick<Route, 'policy'> {
  const policy = routePolicyOf(policies);
  return Object.keys(policy).length === 0 ? {} : { policy };
}

function fallbackAction({ denied }: IngressRow, backend: Backend, source: Source, problems: Problem[]): RouteAction {
  if (denied) return unavailableAnswer;
  if (!backend.ok) return unavailable(backend, source, problems);
  return { type: 'forward', upstreams: [{ upstream: backend.upstream, weight: 100 }] };
}

function lookUp(namespace: string, backend: IngressBackend, lookup: BackendLookup): Backend {
  const ref = backendRef(namespace, backend);
  const found = ref === undefined ? undefined : lookup.backend(ref);
  if (found !== undefined) return found;
  const kind = backend.resource?.kind ?? 'unknown';
  return { ok: false, code: 'NR503', message: `A backend of kind ${kind} is not supported.`, fix: 'Name a Service as the backend.' };
}

const unavailableAnswer: RouteAction = { type: 'answer', status: 503, body: 'Service Unavailable\n' };

/** A route without a backend answers for itself: its requests must not fall through to a wider route. */
function unavailable(backend: Backend & { ok: false }, source: Source, problems: Problem[]): RouteAction {
  const done = 'Requests for it are answered with 503.';
  problems.push(problem(backend.code, source, { message: backend.message, done, fix: backend.fix }));
  return unavailableAnswer;
}

function pathTaken(hostname: string, { row, field, match }: RouteDraft, owner: RouteDraft): Problem {
  const { namespace, name } = owner.row.metadata;
  return problem('NR302', sourceOf({ kind: 'Ingress', ...row }, field), {
    message: `The ${match.type} path ${match.path} of host ${hostname} already belongs to Ingress ${namespace}/${name}, which is older (${owner.field}).`,
    done: 'This path takes no requests.',
    fix: 'Change the path or the host, or remove one of the two.',
  });
}
