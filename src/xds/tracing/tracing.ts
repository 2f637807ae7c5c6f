import { isIP } from 'node:net';
import type { EdgeSettings, Tracing } from '../../model/edge.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Reference, Resource } from '../../snapshot/resource.ts';
import type { Cel } from './cel.ts';
import { makeResource } from '../make-resource.ts';
import { renderTemplate } from '../template.ts';
import { traceChoice } from './trace-choice.ts';

type Manager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'];
type Extension = Messages['envoy.config.core.v3.TypedExtensionConfig'];

/** No upstream has a name without a `/`. */
export const collectorClusterName = 'naru-trace-collector';

/** What a listener that traces refers to. */
export function collectorOf({ tracing }: EdgeSettings): readonly Reference[] {
  return tracing === undefined ? [] : [{ type: 'clusters', name: collectorClusterName }];
}

/**
 * Which requests are traced is for the sampler of the tracer to say. Envoy's own way, by the identifier of the request, would let
 * clients choose, and rewrite the identifier.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/trace/v3/opentelemetry.proto
 */
export function renderTracing(tracing: Tracing | undefined): Partial<Manager> {
  if (tracing === undefined) return {};
  const { service, operation, share, followsCaller, byRoute, waiting } = tracing;
  return {
    tracing: {
      ...(operation === undefined ? {} : { operation: renderTemplate(operation) }),
      provider: {
        name: 'envoy.tracers.opentelemetry',
        typed_config: any('envoy.config.trace.v3.OpenTelemetryConfig', {
          grpc_service: { envoy_grpc: { cluster_name: collectorClusterName }, timeout: '5s' },
          service_name: service,
          max_cache_size: waiting,
          sampler: byRoute === true ? asChosen(traceChoice(tracing)) : followsCaller ? unlessCalled(sampler(share)) : sampler(share),
        }),
      },
    },
    request_id_extension: {
      typed_config: any('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
        pack_trace_reason: false,
        use_request_id_for_trace_sampling: false,
      }),
    },
  };
}

/** Asks it where there is no caller. */
function unlessCalled(wrapped_sampler: Extension): Extension {
  return {
    name: 'envoy.tracers.opentelemetry.samplers.parent_based',
    typed_config: any('envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig', { wrapped_sampler }),
  };
}

function asChosen(expr: Cel): Extension {
  return {
    name: 'envoy.tracers.opentelemetry.samplers.cel',
    typed_config: any('envoy.extensions.tracers.opentelemetry.samplers.v3.CELSamplerConfig', {
      expression: { cel_expr_parsed: { expr } },
    }),
  };
}

function sampler(share: number): Extension {
  const sampling_percentage = { numerator: Math.round(share * 1_000_000), denominator: 'MILLION' } as const;
  return {
    name: 'envoy.tracers.opentelemetry.samplers.trace_id_ratio_based',
    typed_config: any('envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig', { sampling_percentage }),
  };
}

/** Nobody waits for the collector to be found. */
export function renderCollectorCluster(edge: Pick<EdgeSettings, 'tracing' | 'sources'> | undefined): Resource | undefined {
  if (edge?.tracing === undefined) return undefined;
  const { host, port } = edge.tracing.collector;
  const name = collectorClusterName;
  const endpoint = { address: { socket_address: { address: host, port_value: port } } };
  const message: Messages['envoy.config.cluster.v3.Cluster'] = {
    ...{ name, connect_timeout: '1s', ...(isIP(host) === 0 ? lookedUp : { type: 'STATIC' }) },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
        explicit_http_config: { http2_protocol_options: {} },
      }),
    },
  };
  return makeResource('clusters', message, { name, references: [], sources: edge.sources });
}

const lookedUp = { type: 'STRICT_DNS', dns_lookup_family: 'V4_PREFERRED', respect_dns_ttl: true, wait_for_warm_on_init: false } as const;
