import type { PathMatch, Route } from '../model/route.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

export type Scheme = 'http' | 'https';

/** A route, and over which schemes a request can come to it. */
export interface ReachedRoute {
  readonly route: Route;
  readonly schemes: readonly Scheme[];
}

/** The routes of a host, in their order, without those that an earlier one always goes before. `schemes`: over which it is served. */
export function reachedRoutes(host: VirtualHost, others: Route | undefined, schemes: readonly Scheme[]): readonly ReachedRoute[] {
  const fallback = host.fallback ?? others;
  const last: readonly Route[] = fallback === undefined ? [] : [{ ...fallback, match: { type: 'prefix', path: '/' } }];
  const all = [...host.routes, ...last];
  const reached = schemes.map((scheme) => ({ scheme, routes: new Set(reachedOver(all, scheme)) }));
  return all.flatMap((route) => {
    const over = reached.flatMap(({ scheme, routes }) => (routes.has(route) ? [scheme] : []));
    return over.length === 0 ? [] : [{ route, schemes: over }];
  });
}

function reachedOver(routes: readonly Route[], scheme: Scheme): readonly Route[] {
  const reached: Route[] = [];
  for (const route of routes) {
    if (route.conditions?.scheme !== undefined && route.conditions.scheme !== scheme) continue;
    if (!reached.some((earlier) => isForAll(earlier) && covers(earlier.match, route.match))) reached.push(route);
  }
  return reached;
}

/** Nothing but its path decides. */
function isForAll({ conditions = {} }: Route): boolean {
  const { scheme: _scheme, ...others } = conditions;
  return Object.keys(others).length === 0;
}

/** Whether all paths that `narrow` takes, `wide` takes, too. */
export function covers(wide: PathMatch, narrow: PathMatch): boolean {
  if (wide.type === narrow.type && wide.path === narrow.path && wide.loose === narrow.loose) return true;
  if (wide.type !== 'prefix') return false;
  if (wide.path === '/') return true;
  return narrow.type !== 'regex' && (narrow.path === wide.path || narrow.path.startsWith(`${wide.path}/`));
}
