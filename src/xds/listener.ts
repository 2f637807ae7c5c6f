import type { Key } from '../store/table.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import type { Reference, Resource } from '../snapshot/resource.ts';
import { renderConnectionManager } from './http-connection-manager.ts';
import { makeResource } from './make-resource.ts';
import type { ListenOptions } from './options.ts';
import { routeConfigurationName } from './route-configuration.ts';
import { defaultCertificateName } from './secret.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];
type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];

const routes: Reference = { type: 'routes', name: routeConfigurationName };

export function renderHttpListener(options: ListenOptions): Resource {
  const message = {
    ...common('http', options.address, options.httpPort),
    filter_chains: [{ name: 'http', filters: [renderConnectionManager('http')] }],
  };
  return makeResource('listeners', message, { name: 'http', references: [routes], sources: [] });
}

/**
 * The TLS listener: one filter chain per certificate, with all the hosts that use it, so that a host more or less on
 * a certificate changes one chain and drains no other. Nothing to serve gives no listener.
 */
export function renderHttpsListener(hostsByCertificate: ReadonlyMap<Key, readonly string[]>, options: ListenOptions): Resource | undefined {
  const withDefault = options.defaultCertificate !== undefined;
  if (hostsByCertificate.size === 0 && !withDefault) return undefined;
  const sorted = [...hostsByCertificate].sort(([a], [b]) => (a < b ? -1 : 1));
  const filter_chains = sorted.map(([certificate, hosts]) => ({
    ...tlsChain(certificate),
    filter_chain_match: { server_names: [...hosts].sort() },
  }));
  const names = sorted.map(([certificate]) => certificate);
  return makeResource(
    'listeners',
    {
      ...common('https', options.address, options.httpsPort),
      filter_chains,
      ...(withDefault ? { default_filter_chain: tlsChain(defaultCertificateName) } : {}),
      listener_filters: [
        {
          name: 'envoy.filters.listener.tls_inspector',
          typed_config: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
        },
      ],
    },
    {
      name: 'https',
      references: [
        routes,
        ...[...names, ...(withDefault ? [defaultCertificateName] : [])].map((name): Reference => ({ type: 'secrets', name })),
      ],
      sources: [],
    },
  );
}

function common(name: string, address: string, port: number): Listener {
  return {
    name,
    address: { socket_address: { address, port_value: port } },
    per_connection_buffer_limit_bytes: 32_768,
    listener_filters_timeout: '5s',
    max_connections_to_accept_per_socket_event: 1,
  };
}

function tlsChain(certificate: Key): FilterChain {
  const sds = { name: certificate, sds_config: { ads: {}, resource_api_version: 'V3' } } as const;
  return {
    name: certificate,
    filters: [renderConnectionManager('https')],
    transport_socket_connect_timeout: '10s',
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
        common_tls_context: {
          tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
          tls_certificate_sds_secret_configs: [sds],
          alpn_protocols: ['h2', 'http/1.1'],
        },
      }),
    },
  };
}
