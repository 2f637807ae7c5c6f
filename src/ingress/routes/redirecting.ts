import { watching } from '../../model/route-policy.ts';
import type { Route, RouteAction } from '../../model/route.ts';
import type { IngressRow } from '../ingress-row.ts';
import { locating } from '../nginx/locating.ts';
import { policyOf, type RouteDraft } from '../paths/route-draft.ts';
import { sourceOf } from '../source-of.ts';

/** What the routes of an Ingress do that sends its clients elsewhere: it is answered before anything else would be asked of them. */
export function redirectingOf(row: IngressRow): Pick<Route, 'action' | 'policy'> | undefined {
  const { to } = row.policies.redirects ?? {};
  if (to === undefined || row.denied) return undefined;
  // Envoy adds a Location to every answer of this kind.
  const value = locating.has(to.status) ? [to.url] : [];
  const body = locating.has(to.status) ? '' : to.url;
  const action: RouteAction = { type: 'answer', status: to.status, body, headers: [{ name: 'location', value }] };
  const own = policyOf(row).policy ?? {};
  const policy = { ...(own.responseHeaders && { responseHeaders: own.responseHeaders }), ...watching(own) };
  return { action, ...(Object.keys(policy).length > 0 && { policy }) };
}

/** Whether a route sends clients elsewhere before it is asked how they came. */
export function isRedirecting({ action }: Route): boolean {
  return action.type === 'answer' && action.headers !== undefined;
}

/** `/` of a whole host, by the first of its Ingresses that asks for it. `drafts`: in the order in which they are tried. */
export function appRoot(drafts: readonly RouteDraft[]): readonly Route[] {
  const draft = drafts.find(({ row }) => row.policies.redirects?.appRoot !== undefined && !row.denied);
  const path = draft?.row.policies.redirects?.appRoot;
  if (draft === undefined || path === undefined) return [];
  const { namespace, name } = draft.row.metadata;
  const value = [{ name: 'scheme' }, '://', { name: 'authority' }, path] as const;
  return [
    {
      name: `${namespace}/${name} app root`,
      match: { type: 'exact', path: '/' },
      action: { type: 'answer', status: 302, body: '', headers: [{ name: 'location', value }] },
      sources: [sourceOf({ kind: 'Ingress', ...draft.row })],
    },
  ];
}
