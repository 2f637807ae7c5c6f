// Resources as an edge proxy has them: what the codec is tried with, and what a real Envoy is given.
import { any, type Messages } from '../../src/proto/codec.ts';

export const routes: Messages['envoy.config.route.v3.RouteConfiguration'] = {
  name: 'http',
  virtual_hosts: [
    {
      name: 'shop',
      domains: ['shop.example.com', '*.shop.example.com'],
      routes: [
        {
          match: { safe_regex: { regex: '/a(/.*)?' }, headers: [{ name: 'x-canary', string_match: { exact: 'always' } }] },
          route: { cluster: 'canary', timeout: '0s', prefix_rewrite: '/b' },
          name: 'canary',
        },
        {
          match: { path_separated_prefix: '/a' },
          route: {
            weighted_clusters: {
              clusters: [
                { name: 'shop', weight: 80, response_headers_to_remove: ['server'] },
                { name: 'canary', weight: 20 },
              ],
            },
            timeout: '1.500s',
            retry_policy: { retry_on: 'connect-failure', num_retries: 2, retriable_status_codes: [502, 503] },
            hash_policy: [{ cookie: { name: 'route', ttl: '0s', path: '/' } }],
            idle_timeout: '60s',
          },
          typed_per_filter_config: {
            'envoy.filters.http.cors': any('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
              allow_origin_string_match: [{ suffix: '.example.com' }],
              allow_credentials: true,
            }),
          },
          request_headers_to_add: [{ header: { key: 'x-host', value: '%REQ(:authority)%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
        },
        { match: { prefix: '/' }, direct_response: { status: 503, body: { inline_string: 'nö' } } },
      ],
    },
  ],
  ignore_port_in_host_matching: true,
};

export const httpConnectionManager: Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'] = {
  stat_prefix: 'http',
  route_config: routes,
  http_filters: [
    { name: 'envoy.filters.http.cors', typed_config: any('envoy.extensions.filters.http.cors.v3.Cors', {}) },
    {
      name: 'envoy.filters.http.router',
      typed_config: any('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
    },
  ],
  http2_protocol_options: { max_concurrent_streams: 100, connection_keepalive: { interval: '60s', timeout: '20s' } },
  server_header_transformation: 'PASS_THROUGH',
  access_log: [
    {
      name: 'envoy.access_loggers.stdout',
      typed_config: any('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
        log_format: { json_format: { status: '%RESPONSE_CODE%', at: { path: '%PATH%' } } },
      }),
    },
  ],
  use_remote_address: true,
  upgrade_configs: [{ upgrade_type: 'websocket' }],
};

/** A TLS listener that takes its certificate from the Secret called `secret`. */
export function listener(secret: string): Messages['envoy.config.listener.v3.Listener'] {
  return {
    name: 'https',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [
      {
        filter_chain_match: { server_names: ['shop.example.com'] },
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', httpConnectionManager),
          },
        ],
        transport_socket: {
          name: 'envoy.transport_sockets.tls',
          typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
            common_tls_context: {
              tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
              alpn_protocols: ['h2', 'http/1.1'],
              tls_certificate_sds_secret_configs: [{ name: secret }],
            },
          }),
        },
        name: 'shop',
      },
    ],
    per_connection_buffer_limit_bytes: 32768,
    listener_filters: [
      {
        name: 'envoy.filters.listener.tls_inspector',
        typed_config: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
      },
    ],
  };
}

function lbEndpoint(address: string) {
  return { endpoint: { address: { socket_address: { address, port_value: 8080 } } }, load_balancing_weight: 1 };
}

export function endpoints(name: string): Messages['envoy.config.endpoint.v3.ClusterLoadAssignment'] {
  return { cluster_name: name, endpoints: [{ locality: { zone: 'a' }, lb_endpoints: [lbEndpoint('10.0.0.1'), lbEndpoint('fd00::1')] }] };
}

export function cluster(name: string): Messages['envoy.config.cluster.v3.Cluster'] {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    lb_policy: 'LEAST_REQUEST',
    circuit_breakers: {
      thresholds: [
        { max_connections: 10240, retry_budget: { budget_percent: { value: 20.5 }, min_retry_concurrency: 3 }, track_remaining: true },
      ],
    },
    load_assignment: endpoints(name),
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
        common_http_protocol_options: { idle_timeout: '60s' },
        explicit_http_config: { http_protocol_options: {} },
      }),
    },
  };
}

export function bootstrap(
  secret: Messages['envoy.extensions.transport_sockets.tls.v3.Secret'],
): Messages['envoy.config.bootstrap.v3.Bootstrap'] {
  return {
    node: { id: 'test', cluster: 'test', metadata: { pod: { name: 'envoy-0', labels: ['a', null, true, 1.5] } } },
    static_resources: {
      listeners: [listener(secret.name ?? '')],
      clusters: [cluster('shop'), cluster('canary')],
      secrets: [secret],
    },
    layered_runtime: { layers: [{ name: 'static', static_layer: { 're2.max_program_size.error_level': 1000 } }] },
    overload_manager: {
      refresh_interval: '0.250s',
      resource_monitors: [
        {
          name: 'envoy.resource_monitors.fixed_heap',
          typed_config: any('envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig', { max_heap_size_bytes: 1610612736 }),
        },
      ],
      actions: [
        {
          name: 'envoy.overload_actions.shrink_heap',
          triggers: [{ name: 'envoy.resource_monitors.fixed_heap', threshold: { value: 0.9 } }],
        },
      ],
    },
  };
}
