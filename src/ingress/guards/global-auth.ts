import type { Route } from '../../model/route.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import { unavailableAnswer } from '../backends/backend-lookup.ts';
import type { GlobalAuth } from '../config/global-auth.ts';
import { type IngressRow, ownerOf } from '../ingress-row.ts';

/** The same host, whose routes ask whom the ConfigMap says, and nobody on paths that it exempts. `rows`: the Ingresses of the host. */
export function withGlobalAuth(host: VirtualHost, auth: GlobalAuth | undefined, rows: readonly IngressRow[]): VirtualHost {
  if (auth === undefined) return host;
  const { fallback } = host;
  const guard = (route: Route): Route => guarded(route, auth, rows);
  const routes = host.routes.map(guard);
  return { ...host, routes, ...(fallback === undefined ? {} : { fallback: guard(fallback) }) };
}

function guarded(route: Route, { service, exempt }: GlobalAuth, rows: readonly IngressRow[]): Route {
  const { policy = {}, action, match } = route;
  if (action.type !== 'forward') return route;
  if (exempt.some((beginning) => match.path.startsWith(beginning))) return withoutAuthentication(route);
  if (service === undefined || policy.authService !== undefined || ownerOf(route, rows)?.policies.authUrl?.wantsGlobal === false)
    return route;
  return service === 'closed' ? { ...route, action: unavailableAnswer } : { ...route, policy: { ...policy, authService: service } };
}

/** Of `no-auth-locations` neither is asked: the template of ingress-nginx leaves both out. */
function withoutAuthentication(route: Route): Route {
  if (route.policy?.passwords === undefined && route.policy?.authService === undefined) return route;
  const { passwords: _, authService: __, ...policy }: RoutePolicy = route.policy;
  return { ...route, policy };
}
