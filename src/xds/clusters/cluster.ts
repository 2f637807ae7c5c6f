import type { UpstreamConnections } from '../../model/edge.ts';
import type { Upstream } from '../../model/upstream.ts';
import { any, encode } from '../../proto/codec.ts';
import type { AnyMessage, Messages } from '../../proto/gen/messages.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { fromAds } from '../from-ads.ts';
import { makeResource } from '../make-resource.ts';
import { clusterMetadata } from './request-metrics.ts';
import { upstreamFilters } from './upstream-filters.ts';
import { namesOfRequest, renderUpstreamTls, secretsOfTls } from '../tls/upstream-tls.ts';

type Part = Partial<Messages['envoy.config.cluster.v3.Cluster']>;

/** Circuit breakers far above what one Envoy carries: without them 1,024 concurrent requests are the silent limit. */
const threshold = {
  max_connections: 10_240,
  max_pending_requests: 10_240,
  max_requests: 10_240,
  retry_budget: { budget_percent: { value: 20 }, min_retry_concurrency: 3 },
} as const;

/** As ingress-nginx has it by default. */
const usual: UpstreamConnections = { idle: 60, age: 3600, requests: 10_000, ipv4Only: false };

function protocolOptions({ policy: own = {} }: Upstream, { idle, age, requests }: UpstreamConnections): AnyMessage {
  const http_filters = upstreamFilters(own);
  const names = own.tls && namesOfRequest(own.tls);
  const most = own.connectionPerRequest === true ? 1 : requests;
  return any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
    common_http_protocol_options: {
      idle_timeout: `${Math.max(idle, 1)}s`,
      ...(age === 0 ? {} : { max_connection_duration: `${age}s` }),
      ...(most === 0 ? {} : { max_requests_per_connection: most }),
      ...(own.answerHeadKiB === undefined ? {} : { max_response_headers_kb: own.answerHeadKiB }),
    },
    explicit_http_config: own.protocol === 'http2' ? { http2_protocol_options: {} } : { http_protocol_options: {} },
    ...(names === undefined ? {} : { upstream_http_protocol_options: names }),
    ...(http_filters.length === 0 ? {} : { http_filters }),
  });
}

/** One Envoy cluster per upstream. Timeouts as ingress-nginx's defaults. */
function clusterOf(upstream: Upstream, connections: UpstreamConnections = usual): Messages['envoy.config.cluster.v3.Cluster'] {
  return { ...ofService(upstream), ...settingsOf(upstream, connections) };
}

/** What differs from Service to Service. */
function ofService(upstream: Upstream): Part & { readonly name: string } {
  return { name: upstream.key, ...(upstream.service === '' ? {} : { metadata: clusterMetadata(upstream) }) };
}

function settingsOf(upstream: Upstream, connections: UpstreamConnections): Part {
  const { tls, protocol } = upstream.policy ?? {};
  return {
    ...(upstream.lookup === undefined ? byEndpointDiscovery : byName(upstream.key, upstream.lookup, connections)),
    ...balancing(upstream),
    ...(upstream.policy?.sendsProxyProtocol === true ? { transport_socket: withProxyProtocol } : {}),
    connect_timeout: `${upstream.policy?.connectTimeout ?? 5}s`,
    per_connection_buffer_limit_bytes: 32_768,
    circuit_breakers: { thresholds: [threshold] },
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    ignore_health_on_host_removal: true,
    ...(tls && { transport_socket: renderUpstreamTls(tls, protocol === 'http2' ? 'h2' : 'http/1.1') }),
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 60 } },
    typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': protocolOptions(upstream, connections) },
  };
}

/** Version 1, as nginx writes it. */
const withProxyProtocol: NonNullable<Part['transport_socket']> = {
  name: 'envoy.transport_sockets.upstream_proxy_protocol',
  typed_config: any('envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport', {
    config: { version: 'V1' },
    transport_socket: {
      name: 'envoy.transport_sockets.raw_buffer',
      typed_config: any('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {}),
    },
  }),
};

/** Endpoints come under the name of the cluster. */
const byEndpointDiscovery: Part = { type: 'EDS', eds_cluster_config: { eds_config: fromAds } };

/**
 * All addresses of the name, looked up again when their time is over. A name that is not found delays nobody: neither the start
 * of an Envoy nor other clusters wait for it.
 */
function byName(name: string, { hostname: address, port }: NonNullable<Upstream['lookup']>, { ipv4Only }: UpstreamConnections): Part {
  return {
    type: 'STRICT_DNS',
    dns_lookup_family: ipv4Only ? 'V4_ONLY' : 'V4_PREFERRED',
    respect_dns_ttl: true,
    dns_failure_refresh_rate: { base_interval: '1s', max_interval: '10s' },
    wait_for_warm_on_init: false,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address, port_value: port } } } }] }],
    },
  };
}

function balancing({ sticky, preferZone, policy: { balancing: wanted } = {} }: Upstream): Part {
  if (wanted === 'hash') return policy('ring_hash', byRoute);
  if (wanted === 'fewest-requests') return policy('least_request', preferZone === true ? ofTwoInOwnZone : ofTwo);
  if (sticky === 'client-address') return policy('maglev', byClientAddress);
  return preferZone === true ? policy('round_robin', inOwnZone) : {};
}

/** The route says what is hashed. A ring of fewer than 1,024 points shares unevenly; Maglev's table would take half a megabyte for each cluster. */
const byRoute = any('envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash', {});

const byClientAddress = any('envoy.extensions.load_balancing_policies.maglev.v3.Maglev', {
  consistent_hashing_lb_config: { hash_policy: [{ connection_properties: { source_ip: true } }] },
});

/** Without endpoints in its own zone an Envoy takes all. It knows its zone by its node and by its local cluster. */
const ownZone = { locality_lb_config: { zone_aware_lb_config: { min_cluster_size: 1, force_local_zone: { min_size: 1 } } } } as const;
const inOwnZone = any('envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin', ownZone);

/** Of two drawn at random the one with fewer requests under way. */
const ofTwo = any('envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest', {});
const ofTwoInOwnZone = any('envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest', ownZone);

function policy(name: string, typed_config: AnyMessage): Part {
  return {
    load_balancing_policy: { policies: [{ typed_extension_config: { name: `envoy.load_balancing_policies.${name}`, typed_config } }] },
  };
}

/** Of a cluster what may be wrong by what users write: of most only what names its Service. */
export function variablePart(upstream: Upstream): Messages['envoy.config.cluster.v3.Cluster'] {
  return isPlain(upstream) ? ofService(upstream) : clusterOf(upstream);
}

/** Nothing in particular is asked of it, as of most. */
function isPlain({ policy: asked, sticky, preferZone, lookup }: Upstream): boolean {
  return asked === undefined && sticky === undefined && preferZone !== true && lookup === undefined;
}

const plainSettings = new WeakMap<UpstreamConnections, Buffer>();

/** The same for all plain ones, encoded once. */
function plainSettingsOf(upstream: Upstream, connections: UpstreamConnections): Buffer {
  let settings = plainSettings.get(connections);
  if (settings === undefined) {
    settings = encode('envoy.config.cluster.v3.Cluster', settingsOf(upstream, connections));
    plainSettings.set(connections, settings);
  }
  return settings;
}

export function renderCluster(upstream: Upstream, connections: UpstreamConnections = usual): Resource {
  const { key: name, lookup, sources } = upstream;
  const { tls } = upstream.policy ?? {};
  const references = [
    ...(lookup === undefined ? [{ type: 'endpoints', name } as const] : []),
    ...(tls === undefined ? [] : secretsOfTls(tls)),
  ];
  const parts = { name, references, sources };
  if (!isPlain(upstream)) return makeResource('clusters', clusterOf(upstream, connections), parts);
  return makeResource('clusters', ofService(upstream), parts, plainSettingsOf(upstream, connections));
}
