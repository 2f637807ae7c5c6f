import { defaultTlsPolicy, type TlsPolicy } from '../../model/host-tls.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { fromAds } from '../from-ads.ts';
import { tlsChainOf } from '../scopes/chain-header.ts';
import { renderFilters } from '../connection-manager/http-connection-manager.ts';
import type { ListenerSettings } from '../options.ts';
import { tlsParameters, tlsSessions } from '../tls/tls-parameters.ts';
import { defaultCertificateName } from '../tls/secret.ts';

type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];
type TlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];

/** The filter chain of one server name, without its filters: its certificate is the secret of that name. */
export function renderChain(serverName: string, policy: TlsPolicy, settings: ListenerSettings): FilterChain {
  return {
    name: serverName,
    filter_chain_match: { server_names: [serverName] },
    ...transportSocket(fixed(serverName, policy, settings)),
  };
}

/** TLS for a server name goes on as it is. */
export function renderPassthrough(serverName: string, cluster: string): FilterChain {
  return {
    name: serverName,
    filter_chain_match: { server_names: [serverName] },
    filters: [
      {
        name: 'envoy.filters.network.tcp_proxy',
        typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
          stat_prefix: 'passthrough',
          cluster,
          idle_timeout: '3600s',
        }),
      },
    ],
  };
}

/**
 * A chain with a connection manager in itself, for no connection: none has a transport protocol of this name. What Envoy refuses as an extension
 * would leave chains without a connection manager; with the whole listener, it goes on with the one that it has. Those of the policies differ in a header only.
 */
export function renderTrialChain(settings: ListenerSettings): FilterChain {
  const filters = renderFilters('https', tlsChainOf(defaultTlsPolicy), settings);
  return { name: '{trial}', filter_chain_match: { transport_protocol: '{none}' }, filters };
}

/** For clients that name no server, or one without a chain of its own. */
export function renderDefaultChain(settings: ListenerSettings): FilterChain {
  const context =
    settings.listen.certificatesOnDemand === true ? onDemand(settings) : fixed(defaultCertificateName, defaultTlsPolicy, settings);
  const filters = renderFilters('https', tlsChainOf(defaultTlsPolicy), settings);
  return { name: defaultCertificateName, filters, ...transportSocket(context) };
}

function fixed(secret: string, policy: TlsPolicy, { edge }: ListenerSettings): TlsContext {
  return {
    ...tlsSessions(edge.tls, policy.clients !== undefined),
    ...(policy.prefersClients === true ? { prefer_client_ciphers: true } : {}),
    common_tls_context: { ...tlsParameters(policy, edge), tls_certificate_sds_secret_configs: [{ name: secret, sds_config: fromAds }] },
  };
}

/**
 * Asks for the secret called as the server name; a name that has none is refused. Envoy takes no session tickets together with this.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/transport_sockets/tls/cert_selectors/on_demand_secret/v3/config.proto
 */
function onDemand({ edge }: ListenerSettings): TlsContext {
  return {
    disable_stateless_session_resumption: true,
    disable_stateful_session_resumption: true,
    common_tls_context: {
      ...tlsParameters(defaultTlsPolicy, edge),
      custom_tls_certificate_selector: {
        name: 'envoy.tls.certificate_selectors.on_demand_secret',
        typed_config: any('envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config', {
          config_source: fromAds,
          certificate_mapper: {
            name: 'envoy.tls.certificate_mappers.sni',
            typed_config: any('envoy.extensions.transport_sockets.tls.cert_mappers.sni.v3.SNI', { default_value: defaultCertificateName }),
          },
        }),
      },
    },
  };
}

function transportSocket(context: TlsContext): Pick<FilterChain, 'transport_socket' | 'transport_socket_connect_timeout'> {
  return {
    transport_socket_connect_timeout: '10s',
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', context),
    },
  };
}
