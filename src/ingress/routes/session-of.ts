import { defaultRetry } from '../../model/retry.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import { routePolicyOf } from '../annotations/index.ts';
import { canonicalPath } from '../paths/literal-path.ts';
import type { RouteDraft } from '../paths/route-draft.ts';

/** What the session that an Ingress asks for means for one of its paths. */
export function sessionOf({ row, match, written }: Pick<RouteDraft, 'row' | 'match' | 'written'>): {
  readonly route: RoutePolicy;
  readonly upstream: UpstreamPolicy;
} {
  const { session } = row.policies;
  if (session === undefined) return { route: {}, upstream: {} };
  const { keepsTo, cookie, changesOnFailure } = session;
  const path = cookie.path ?? (match.type === 'regex' ? '/' : cookiePath(written.path ?? '/'));
  const { retry = defaultRetry } = routePolicyOf(row.policies);
  // Envoy repeats a request at an endpoint of its own choice where the cookie names one.
  const same = keepsTo === 'hash' ? { ...retry, sameEndpoint: true as const } : { tries: 1 };
  return {
    route: { session: { keepsTo, cookie: { ...cookie, path } }, ...(changesOnFailure || retry.tries === 1 ? {} : { retry: same }) },
    upstream: keepsTo === 'hash' ? { balancing: 'hash' } : {},
  };
}

/** As clients write it; a `;` would end it, so that it is that of the segments before. https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1 */
function cookiePath(path: string): string {
  const written = canonicalPath(path);
  const end = written.indexOf(';');
  return end === -1 ? written : written.slice(0, written.lastIndexOf('/', end) + 1) || '/';
}
