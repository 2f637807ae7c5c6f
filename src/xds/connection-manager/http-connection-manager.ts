import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { fromAds } from '../from-ads.ts';
import { renderAccessLog } from './access-log.ts';
import { blockedClients } from './blocked-clients.ts';
import { clientIdentity } from './client-identity.ts';
import { compressor } from './compressor.ts';
import { edgeHeaders } from './edge-headers.ts';
import { chainFilters } from '../filters/index.ts';
import type { ListenerSettings } from '../options.ts';
import { otherHostsFilter } from '../scopes/other-hosts.ts';
import { closeUntrusted } from './proxy-protocol.ts';
import { requestMetrics } from '../clusters/request-metrics.ts';
import { repeatableRequests } from '../routes/retry.ts';
import { scopeHeader } from '../scopes/scope-header.ts';
import { renderTracing } from '../tracing/tracing.ts';

type Filter = Messages['envoy.config.listener.v3.Filter'];

/** One table of scopes for all connection managers: Envoy shares it among those that say the same of it. */
const scopedRoutes = {
  name: 'ingress',
  // The host without its port.
  scope_key_builder: { fragments: [{ header_value_extractor: { name: scopeHeader, element_separator: ':', index: 0 } }] },
  // Envoy asks for one, and no scope refers to anything there: each carries its routes itself.
  rds_config_source: fromAds,
  scoped_rds: { scoped_rds_config_source: fromAds },
} as const;

const router = {
  name: 'envoy.filters.http.router',
  typed_config: any('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
};

const defaultPorts = { http: 80, https: 443 } as const;

/** What a connection goes through once it is open. `listener`: that whose hosts it serves; absent: the edge. */
export function renderFilters(scheme: 'http' | 'https', chain: string, settings: ListenerSettings, listener?: string): Filter[] {
  return [...closeUntrusted(scheme, settings.edge.client), renderConnectionManager(scheme, chain, settings, listener)];
}

/**
 * The connection manager of a listener, hardened for the edge.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/best_practices/edge
 * `chain`: what `chainHeader` says.
 * Where ingress-nginx has a default of its own (underscores in header names, keep-alive time), that is taken.
 */
function renderConnectionManager(scheme: 'http' | 'https', chain: string, { listen, edge }: ListenerSettings, listener?: string): Filter {
  const { requests, answers, connections, compression, blocked } = edge;
  const port = { scheme, number: (listen.publicPorts ?? defaultPorts)[scheme] };
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      stat_prefix: scheme,
      access_log: [requestMetrics, ...renderAccessLog(edge.accessLog, 'requests')],
      ...renderTracing(edge.tracing),
      scoped_routes: scopedRoutes,
      ...clientIdentity(chain, listener, edge),
      // The first finds the route where it is not known yet. What is refused is answered with the headers of every answer, so that these come next.
      http_filters: [
        ...[otherHostsFilter(listener), edgeHeaders(port, edge), ...blockedClients(blocked), ...chainFilters],
        ...[...compression.map(compressor), repeatableRequests, router],
      ],
      normalize_path: true,
      merge_slashes: true,
      path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT',
      strip_trailing_host_dot: true,
      ...(answers.server === undefined
        ? { server_header_transformation: 'PASS_THROUGH' }
        : { server_header_transformation: 'OVERWRITE', server_name: answers.server }),
      generate_request_id: requests.identifiers,
      preserve_external_request_id: true,
      stream_error_on_invalid_http_message: true,
      request_headers_timeout: `${connections.head}s`,
      stream_idle_timeout: `${connections.streamIdle}s`,
      delayed_close_timeout: '1s',
      max_request_headers_kb: connections.headKiB,
      common_http_protocol_options: {
        idle_timeout: `${Math.max(connections.idle, 1)}s`,
        ...(connections.requests === 0 ? {} : { max_requests_per_connection: connections.requests }),
        headers_with_underscores_action: requests.underscores ? 'ALLOW' : 'DROP_HEADER',
        max_headers_count: 100,
      },
      http2_protocol_options: {
        max_concurrent_streams: connections.http2Streams,
        initial_stream_window_size: 65_536,
        initial_connection_window_size: 1_048_576,
      },
      upgrade_configs: [{ upgrade_type: 'websocket' }],
    }),
  };
}
