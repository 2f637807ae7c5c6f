import type { Problem } from '../model/problem.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import type { Key } from '../store/table.ts';
import type { BackendLookup } from './backends/backend-lookup.ts';
import { canaryWithoutPrimary } from './canaries/canary-split.ts';
import { errorPageRoutes } from './routes/error-pages.ts';
import { toldOfExpressions } from './paths/expression-notice.ts';
import { makeFallback } from './routes/fallback.ts';
import { aliasTaken, type HostRole } from './host-role.ts';
import type { IngressRow } from './ingress-row.ts';
import { groupCanaries, takePaths } from './paths/host-paths.ts';
import { makeRoutes } from './routes/make-routes.ts';
import { passthroughOf } from './routes/passing-through.ts';
import { appRoot } from './routes/redirecting.ts';
import { byPrecedence, type RouteDraft } from './paths/route-draft.ts';
import { readsExpressions } from './paths/rewriting.ts';
import { slashRedirects } from './routes/slash-redirect.ts';
import { withCases, withFallbackCases, withServerSnippet } from './routes/snippet-routes.ts';
import type { SnippetCase } from './snippets/case.ts';
import { type UpstreamUse, UpstreamUses } from './backends/upstream-uses.ts';

export interface VirtualHostRow {
  /** Absent where nothing but canaries names the host: it is as unknown as before. */
  readonly virtualHost?: VirtualHost;
  /** The upstreams that its routes use. */
  readonly upstreams: ReadonlyMap<Key, UpstreamUse>;
  readonly problems: readonly Problem[];
}

/** The virtual host of a name: its own, or the one of which it is another name; what is wrong with that one is told there. */
export function foldForRole(hostname: string, role: HostRole, lookup: BackendLookup): VirtualHostRow {
  const refused = role.refused.map((row) => aliasTaken(hostname, row));
  if (role.type === 'own') {
    const nothing = role.rows.length === 0 && hostname !== anyHost;
    const { problems, ...row } = nothing ? { upstreams: new Map(), problems: [] } : foldVirtualHost(hostname, role.rows, lookup);
    return { ...row, problems: [...problems, ...refused] };
  }
  const { virtualHost, upstreams } = foldVirtualHost(role.of, role.rows, lookup);
  return { ...(virtualHost && { virtualHost: { ...virtualHost, hostname } }), upstreams, problems: refused };
}

/** Folds all that Ingresses say of one hostname into its virtual host. `rows`: the oldest first. */
function foldVirtualHost(hostname: string, rows: readonly IngressRow[], lookup: BackendLookup): VirtualHostRow {
  const primaries = rows.filter(({ policies }) => policies.canary === undefined);
  const problems: Problem[] = [];
  const uses = new UpstreamUses();
  const expressions = readsExpressions(hostname, primaries);
  if (expressions) problems.push(...toldOfExpressions(hostname, primaries));
  const drafts = takePaths(hostname, primaries, expressions, problems);
  const canaries = groupCanaries(hostname, rows, expressions, lookup);
  for (const [key, candidates] of canaries) {
    if (!drafts.has(key)) problems.push(...candidates.map(({ draft }) => canaryWithoutPrimary(draft, hostname)));
  }
  if (primaries.length === 0 && rows.length > 0) return { upstreams: uses.all, problems };
  const sorted = [...drafts].sort(([, a], [, b]) => byPrecedence(a.match, b.match));
  const pages = errorPageRoutes(primaries, { lookup, uses, problems });
  const inOrder = sorted.map(([, draft]) => draft);
  const root = appRoot(inOrder);
  const passthrough = passthroughOf(hostname, primaries, inOrder, { lookup, uses, problems });
  const routes = sorted.flatMap(([key, draft]) =>
    makeRoutes(draft, canaries.get(key) ?? [], { lookup, uses, problems }).flatMap((route) => withCases(route, casesOf(draft), 'case')),
  );
  const slashes = lookup.compatibility === 'nginx' && !expressions ? slashRedirects(drafts) : [];
  const fallback = makeFallback(hostname, rows, { lookup, uses, problems });
  const before = withFallbackCases({ routes: [...root, ...slashes, ...routes], ...(fallback && { fallback }) }, hostname, rows, problems);
  const all = withServerSnippet(before, hostname, primaries, problems);
  return {
    virtualHost: {
      hostname,
      routes: [...pages, ...all.routes],
      ...(all.fallback && { fallback: all.fallback }),
      ...(passthrough && { passthrough }),
    },
    upstreams: uses.all,
    problems,
  };
}

/** What is closed answers 503, whatever a snippet says. */
function casesOf({ row, refused }: RouteDraft): readonly SnippetCase[] {
  return row.denied || refused === true ? [] : row.snippets.configuration;
}
