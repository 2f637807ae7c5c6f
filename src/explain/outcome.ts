import type { Messages } from '../proto/gen/messages.ts';
import type { FoundChain } from './connection.ts';
import { printAddress } from './inventory/endpoints.ts';
import { expanded } from './expanded.ts';
import { rewrittenPath } from './rewritten-path.ts';
import { redirectLocation } from './redirect-location.ts';
import type { ExplainedRequest } from './request.ts';
import type { ResourceReader } from './resource-reader.ts';

type Route = Messages['envoy.config.route.v3.Route'];
type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];
type RouteAction = Messages['envoy.config.route.v3.RouteAction'];

/** What becomes of a request. */
export type Outcome =
  | { readonly type: 'answer'; readonly status: number; readonly body: string }
  | { readonly type: 'redirect'; readonly status: number; readonly location: string }
  /** The bytes go on as they are, TLS and all (`passed`), out of TLS (`ended`), or plain; nothing of HTTP is read. */
  | { readonly type: 'connection'; readonly tls: 'passed' | 'ended' | 'none'; readonly upstreams: readonly Destination[] }
  | {
      readonly type: 'forward';
      readonly upstreams: readonly Destination[];
      /** What the backend gets. */
      readonly path: string;
      readonly host: string;
      /** As Envoy writes durations, `0s` is none. */
      readonly timeout?: string;
      readonly idleTimeout?: string;
      readonly retries: number;
      /** Envoy's words for when it is tried again, with commas between; absent where it is not. */
      readonly retryOn?: string;
    };

export interface Destination {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Of the requests, from 0 to 1. */
  readonly share: number;
  readonly endpoints: number;
  /** The first of them, as `10.0.0.1:8080`. */
  readonly addresses?: readonly string[];
}

/** What a filter chain without HTTP does with a connection. */
export function connectionOutcome({ endsTls, serverName, proxiedTo }: FoundChain, resources: ResourceReader): Outcome {
  if (proxiedTo === undefined) return { type: 'answer', status: 0, body: 'The connection is closed.' };
  const upstreams = proxiedTo.map(({ cluster, share }) => ({ cluster, share, ...endpointsOf(cluster, resources) }));
  return { type: 'connection', tls: endsTls ? 'ended' : serverName === undefined ? 'none' : 'passed', upstreams };
}

/** What a route does with a request that it takes. */
export function outcomeOf(route: Route, host: VirtualHost, request: ExplainedRequest, resources: ResourceReader): Outcome {
  const { direct_response: answer, redirect, route: action = {} } = route;
  if (answer !== undefined) {
    const location = route.response_headers_to_add?.find(({ header }) => header?.key === 'location')?.header?.value;
    if (location !== undefined) return { type: 'redirect', status: answer.status ?? 0, location: expanded(location, request) };
    return { type: 'answer', status: answer.status ?? 0, body: answer.body?.inline_string ?? '' };
  }
  if (redirect !== undefined) return { type: 'redirect', ...redirectLocation(redirect, route.match ?? {}, request) };
  return {
    type: 'forward',
    upstreams: destinations(action, resources),
    path: rewrittenPath(action, route.match ?? {}, request.path),
    host: action.host_rewrite_literal ?? (action.host_rewrite === undefined ? request.authority : expanded(action.host_rewrite, request)),
    ...(action.timeout === undefined ? {} : { timeout: action.timeout }),
    ...(action.idle_timeout === undefined ? {} : { idleTimeout: action.idle_timeout }),
    ...retriesOf(action.retry_policy ?? host.retry_policy),
  };
}

function retriesOf({ num_retries: retries = 0, retry_on: on }: NonNullable<RouteAction['retry_policy']> = {}) {
  return { retries, ...(retries > 0 && on !== undefined && { retryOn: on }) };
}

function destinations({ cluster, weighted_clusters: weighted }: RouteAction, resources: ResourceReader): readonly Destination[] {
  const parts = weighted?.clusters?.map(({ name = '', weight = 0 }) => ({ name, weight })) ?? [{ name: cluster ?? '', weight: 1 }];
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  return parts.map(({ name, weight }) => ({
    cluster: name,
    share: whole === 0 ? 0 : weight / whole,
    ...endpointsOf(name, resources),
  }));
}

/** How many addresses are told. */
const told = 5;

function endpointsOf(cluster: string, resources: ResourceReader): Pick<Destination, 'endpoints' | 'addresses'> {
  const assigned = resources.get('endpoints', cluster) ?? resources.get('clusters', cluster)?.load_assignment;
  const all = assigned?.endpoints?.flatMap(({ lb_endpoints: endpoints = [] }) => endpoints) ?? [];
  const addresses = all.slice(0, told).map(({ endpoint }) => printAddress(endpoint?.address));
  return { endpoints: all.length, ...(addresses.length > 0 && { addresses }) };
}
