import { problem, type Problem } from '../model/problem.ts';
import type { Route } from '../model/route.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { Key } from '../store/table.ts';
import { type BackendLookup, lookUp, unavailable, unavailableAnswer } from './backend-lookup.ts';
import { upstreamPolicyOf } from './annotations/index.ts';
import { type CanaryDraft, canaryWithoutPrimary, splitForCanary } from './canary-split.ts';
import { type Folding, makeFallback } from './fallback.ts';
import type { IngressRow } from './ingress-row.ts';
import { byPrecedence, draftRoutes, matchKey, policyOf, type RouteDraft } from './route-draft.ts';
import { expressionTaken } from './literal-path.ts';
import { appRoot, redirectingOf } from './redirecting.ts';
import { pathPolicy } from './path-policy.ts';
import { readsExpressions, refuseExpression } from './rewriting.ts';
import { slashRedirects } from './slash-redirect.ts';
import { sourceOf } from './source-of.ts';
import { type UpstreamUse, UpstreamUses } from './upstream-uses.ts';

export interface VirtualHostRow {
  /** Absent where nothing but canaries names the host: it is as unknown as before. */
  readonly virtualHost?: VirtualHost;
  /** The upstreams that its routes use. */
  readonly upstreams: ReadonlyMap<Key, UpstreamUse>;
  readonly problems: readonly Problem[];
}

/** Folds all that Ingresses say of one hostname into its virtual host. `rows`: the oldest first. */
export function foldVirtualHost(hostname: string, rows: readonly IngressRow[], lookup: BackendLookup): VirtualHostRow {
  const primaries = rows.filter(({ policies }) => policies.canary === undefined);
  const problems: Problem[] = [];
  const uses = new UpstreamUses();
  const expressions = readsExpressions(hostname, primaries);
  const drafts = takePaths(hostname, primaries, expressions, problems);
  const canaries = groupCanaries(hostname, rows, expressions, lookup);
  for (const [key, candidates] of canaries) {
    if (!drafts.has(key)) problems.push(...candidates.map(({ draft }) => canaryWithoutPrimary(draft, hostname)));
  }
  if (primaries.length === 0 && rows.length > 0) return { upstreams: uses.all, problems };
  const sorted = [...drafts].sort(([, a], [, b]) => byPrecedence(a.match, b.match));
  const root = appRoot(sorted.map(([, draft]) => draft));
  const routes = sorted.map(([key, draft]) => makeRoute(draft, canaries.get(key) ?? [], { lookup, uses, problems }));
  const slashes = lookup.compatibility === 'nginx' && !expressions ? slashRedirects(drafts) : [];
  const fallback = makeFallback(hostname, primaries, { lookup, uses, problems });
  return {
    virtualHost: { hostname, routes: [...root, ...slashes, ...routes], ...(fallback === undefined ? {} : { fallback }) },
    upstreams: uses.all,
    problems,
  };
}

/** The oldest Ingress has a path; who wants it later is told so. */
function takePaths(hostname: string, primaries: readonly IngressRow[], expressions: boolean, problems: Problem[]): Map<string, RouteDraft> {
  const taken = new Map<string, RouteDraft>();
  for (const draft of primaries.flatMap((row) => draftRoutes(row, hostname, expressions))) {
    const key = matchKey(draft.match);
    const owner = taken.get(key);
    const refused = refuseExpression(draft);
    const odd = expressions
      ? refused?.problem
      : expressionTaken(draft.written, sourceOf({ kind: 'Ingress', ...draft.row }, `${draft.field}.path`));
    if (odd !== undefined) problems.push(odd);
    if (owner !== undefined) problems.push(pathTaken(hostname, draft, owner));
    else if (refused === undefined) taken.set(key, draft);
    else if (refused.match !== undefined) taken.set(key, { ...draft, match: refused.match, refused: true });
  }
  return taken;
}

function groupCanaries(
  hostname: string,
  rows: readonly IngressRow[],
  expressions: boolean,
  lookup: BackendLookup,
): Map<string, CanaryDraft[]> {
  const groups = new Map<string, CanaryDraft[]>();
  for (const row of rows) {
    if (row.policies.canary === undefined) continue;
    for (const draft of draftRoutes(row, hostname, expressions)) {
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

function makeRoute(draft: RouteDraft, canaries: readonly CanaryDraft[], { lookup, uses, problems }: Folding): Route {
  const { metadata } = draft.row;
  const source = sourceOf({ kind: 'Ingress', ...draft.row }, draft.field);
  const what = draft.refused === true ? `refused ${draft.written.path}` : matchKey(draft.match);
  const name = `${metadata.namespace}/${metadata.name} ${what}`;
  if (draft.row.denied || draft.refused === true) return { name, match: draft.match, action: unavailableAnswer, sources: [source] };
  const redirecting = redirectingOf(draft.row);
  if (redirecting !== undefined) return { name, match: draft.match, ...redirecting, sources: [source] };
  const backend = lookUp(metadata.namespace, draft.backend, lookup);
  if (!backend.ok) return { name, match: draft.match, action: unavailable(backend, source, problems), sources: [source] };
  const split = splitForCanary(backend.upstream, canaries);
  problems.push(...split.problems);
  const canary = split.canary === undefined ? [] : [sourceOf({ kind: 'Ingress', ...split.canary.row }, split.canary.field)];
  const own = pathPolicy(draft, uses);
  const reaching = { ...upstreamPolicyOf(draft.row.policies), ...own.upstream };
  for (const base of split.standby) uses.use(base, reaching);
  const action = uses.forward(split.upstreams, reaching);
  return { name, match: draft.match, action, ...policyOf(draft.row, own.route), sources: [source, ...canary] };
}

function pathTaken(hostname: string, { row, field, match }: RouteDraft, owner: RouteDraft): Problem {
  const { namespace, name } = owner.row.metadata;
  return problem('NR302', sourceOf({ kind: 'Ingress', ...row }, field), {
    message: `The ${match.type} path ${match.path} of host ${hostname} already belongs to Ingress ${namespace}/${name}, which is older (${owner.field}).`,
    done: 'This path takes no requests.',
    fix: 'Change the path or the host, or remove one of the two.',
  });
}
