import type { EdgeSettings } from '../model/edge.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { tellChain } from './chain-header.ts';
import { edgeHeaders } from './edge-headers.ts';
import { routeConfigurationName } from './route-configuration.ts';

type Filter = Messages['envoy.config.listener.v3.Filter'];

const router = {
  name: 'envoy.filters.http.router',
  typed_config: any('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
};

/**
 * The connection manager of a listener, hardened for the edge.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/best_practices/edge
 * `chain`: what `chainHeader` says.
 * Where ingress-nginx has a default of its own (underscores in header names, keep-alive time), that is taken.
 */
export function renderConnectionManager(scheme: 'http' | 'https', chain: string, edge: EdgeSettings): Filter {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      stat_prefix: scheme,
      rds: { config_source: { ads: {}, resource_api_version: 'V3' }, route_config_name: routeConfigurationName },
      early_header_mutation_extensions: [tellChain(chain)],
      http_filters: [edgeHeaders(scheme, edge), router],
      use_remote_address: true,
      normalize_path: true,
      merge_slashes: true,
      path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT',
      strip_trailing_host_dot: true,
      server_header_transformation: 'PASS_THROUGH',
      preserve_external_request_id: true,
      stream_error_on_invalid_http_message: true,
      request_headers_timeout: '60s',
      stream_idle_timeout: '300s',
      delayed_close_timeout: '1s',
      common_http_protocol_options: { idle_timeout: '75s', headers_with_underscores_action: 'DROP_HEADER', max_headers_count: 100 },
      http2_protocol_options: {
        max_concurrent_streams: 128,
        initial_stream_window_size: 65_536,
        initial_connection_window_size: 1_048_576,
      },
      upgrade_configs: [{ upgrade_type: 'websocket' }],
    }),
  };
}
