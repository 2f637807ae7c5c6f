import type { PathMatch, Redirect, Route } from '../model/route.ts';
import type { RoutePolicy } from '../model/route-policy.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { renderMirror } from './mirror.ts';
import { renderRewrite } from './rewrite.ts';

type EnvoyRoute = Messages['envoy.config.route.v3.Route'];
type EnvoyAction = Messages['envoy.config.route.v3.RouteAction'];

/** What a route does, but for redirects. */
export function renderAction(action: Exclude<Route['action'], Redirect>, match: PathMatch, policy: RoutePolicy): EnvoyRoute {
  if (action.type === 'answer') return { direct_response: { status: action.status, body: { inline_string: action.body } } };
  const how = renderForwarding(match, policy);
  const [only, ...others] = action.upstreams;
  if (only !== undefined && others.length === 0) return { route: { cluster: only.upstream, ...how } };
  const clusters = action.upstreams.map(({ upstream, weight }) => ({ name: upstream, weight }));
  return { route: { weighted_clusters: { clusters }, ...how } };
}

/** No total timeout and 60 s between two reads, as in ingress-nginx: Envoy's own default cuts every answer at 15 s. */
function renderForwarding(match: PathMatch, { timeouts, rewrite, mirrors }: RoutePolicy): EnvoyAction {
  return {
    ...{ timeout: '0s', idle_timeout: `${timeouts?.idle ?? 60}s` },
    ...(rewrite && renderRewrite(match, rewrite)),
    ...(mirrors && { request_mirror_policies: mirrors.map(renderMirror) }),
  };
}
