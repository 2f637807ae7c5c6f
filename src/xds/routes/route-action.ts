import type { PathMatch, Redirect, Route, WeightedUpstream } from '../../model/route.ts';
import { defaultRetry } from '../../model/retry.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { escapeText } from '../template.ts';
import { renderHashKey } from './hash-policy.ts';
import { renderHeaderEdits } from '../header-edits.ts';
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
  if (only !== undefined && others.length === 0 && isPlain(only) && action.failing === undefined)
    return { route: { cluster: only.upstream, ...how } };
  return { route: { ...renderWeighted(action, policy), ...how } };
}

function isPlain({ requestHeaders, responseHeaders, side }: WeightedUpstream): boolean {
  return requestHeaders === undefined && responseHeaders === undefined && side === undefined;
}

/** No cluster has this name. */
export const nowhere = '-';

function renderWeighted({ upstreams, failing }: Extract<Route['action'], { readonly type: 'forward' }>, policy: RoutePolicy): EnvoyAction {
  const clusters = upstreams.map(({ upstream: name, weight, side, ...edits }) => ({
    ...{ name, weight },
    ...renderSide(policy, side),
    ...renderUpstreamEdits(edits),
  }));
  if (failing === undefined) return { weighted_clusters: { clusters } };
  return {
    cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR',
    weighted_clusters: { clusters: [...clusters, { name: nowhere, weight: failing }] },
  };
}

function renderUpstreamEdits({ requestHeaders, responseHeaders }: Pick<RoutePolicy, 'requestHeaders' | 'responseHeaders'>) {
  const request = requestHeaders && renderHeaderEdits(requestHeaders);
  const response = responseHeaders && renderHeaderEdits(responseHeaders);
  return {
    ...(request && { request_headers_to_remove: request.remove, request_headers_to_add: request.add }),
    ...(response && { response_headers_to_remove: response.remove, response_headers_to_add: response.add }),
  };
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
  const { total = 0, perTry } = timeouts ?? {};
  const isUsual = retry === defaultRetry && idle === defaultIdle && perTry === undefined;
  const limit = perTry === undefined ? {} : ({ per_try_timeout: `${perTry}s` } as const);
  return {
    ...{ timeout: `${total}s`, idle_timeout: `${idleOf(retry, idle)}s` },
    ...(isUsual ? {} : { retry_policy: { ...renderRetry(retry, idle), ...limit } }),
  };
}

/** Clients are told which side they were sent to. */
function renderSide({ session }: RoutePolicy, side: string | undefined): Partial<ClusterWeight> {
  if (session?.sideCookie === undefined || side === undefined) return {};
  const value = `${session.sideCookie}=${side}; ${printAttributes(session.cookie)}`;
  return {
    response_headers_to_add: [{ header: { key: 'set-cookie', value: escapeText(value) }, append_action: 'APPEND_IF_EXISTS_OR_ADD' }],
  };
}
