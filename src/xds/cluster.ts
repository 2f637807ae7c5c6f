import type { Upstream } from '../model/upstream.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import type { Resource } from '../snapshot/resource.ts';
import { makeResource } from './make-resource.ts';

/** Circuit breakers far above what one Envoy carries: without them 1,024 concurrent requests are the silent limit. */
const threshold = {
  max_connections: 10_240,
  max_pending_requests: 10_240,
  max_requests: 10_240,
  retry_budget: { budget_percent: { value: 20 }, min_retry_concurrency: 3 },
} as const;

const protocolOptions = any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
  common_http_protocol_options: { idle_timeout: '60s', max_requests_per_connection: 10_000 },
  explicit_http_config: { http_protocol_options: {} },
});

/** One Envoy cluster per upstream, its endpoints by EDS under the same name. Timeouts as ingress-nginx's defaults. */
export function clusterOf({ key }: Upstream): Messages['envoy.config.cluster.v3.Cluster'] {
  return {
    name: key,
    type: 'EDS',
    eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } },
    connect_timeout: '5s',
    per_connection_buffer_limit_bytes: 32_768,
    circuit_breakers: { thresholds: [threshold] },
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    ignore_health_on_host_removal: true,
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 60 } },
    typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': protocolOptions },
  };
}

export function renderCluster(upstream: Upstream): Resource {
  const name = upstream.key;
  return makeResource('clusters', clusterOf(upstream), { name, references: [{ type: 'endpoints', name }], sources: upstream.sources });
}
