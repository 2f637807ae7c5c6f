import type { PathMatch, Redirect, Route } from '../model/route.ts';
import { defaultRetry } from '../model/retry.ts';
import type { RoutePolicy } from '../model/route-policy.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { renderHashKey } from './hash-policy.ts';
import { renderMirror } from './mirror.ts';
import { defaultIdle, idleOf, renderRetry } from './retry.ts';
import { renderRewrite } from './rewrite.ts';
import { printAttributes } from './session-cookie.ts';

type EnvoyRoute = Messages['envoy.config.route.v3.Route'];
type ClusterWeight = Messages['envoy.config.route.v3.WeightedCluster.ClusterWeight'];
type EnvoyAction = Messages['envoy.config.route.v3.RouteAction'];

/** What a route does, but for redirects. */
export function renderAction(action: Exclude<Route['action'], Redirect>, match: PathMatch, policy: RoutePolicy): EnvoyRoute {
  if (action.type === 'answer') return { direct_response: { status: action.status, body: { inline_string: action.body } } };
  const how = renderForwarding(match, policy);
  const [only, ...others] = action.upstreams;
  if (only !== undefined && others.length === 0 && only.side === undefined) return { route: { cluster: only.upstream, ...how } };
  const clusters = action.upstreams.map(({ upstream, weight, side }) => ({ ...{ name: upstream, weight }, ...renderSide(policy, side) }));
  return { route: { weighted_clusters: { clusters }, ...how } };
}

function renderForwarding(match: PathMatch, policy: RoutePolicy): EnvoyAction {
  const { rewrite, mirrors, hashBy } = policy;
  return {
    ...renderLimits(policy),
    ...(hashBy && { hash_policy: hashBy.map(renderHashKey) }),
    ...(rewrite && renderRewrite(match, rewrite)),
    ...(mirrors && { request_mirror_policies: mirrors.map(renderMirror) }),
  };
}

/** No total timeout and 60 s between two reads, as in ingress-nginx: Envoy's own default cuts every answer at 15 s. */
function renderLimits({ timeouts, retry = defaultRetry }: RoutePolicy): EnvoyAction {
  const idle = timeouts?.idle ?? defaultIdle;
  const isUsual = retry === defaultRetry && idle === defaultIdle;
  return { timeout: '0s', idle_timeout: `${idleOf(retry, idle)}s`, ...(isUsual ? {} : { retry_policy: renderRetry(retry, idle) }) };
}

/** Clients are told which side they were sent to. */
function renderSide({ session }: RoutePolicy, side: string | undefined): Partial<ClusterWeight> {
  if (session?.sideCookie === undefined || side === undefined) return {};
  const value = `${session.sideCookie}=${side}; ${printAttributes(session.cookie)}`;
  return {
    response_headers_to_add: [
      { header: { key: 'set-cookie', value: value.replaceAll('%', '%%') }, append_action: 'APPEND_IF_EXISTS_OR_ADD' },
    ],
  };
}
