import type { EdgeSettings } from '../model/edge.ts';
import { defaultTlsPolicy, type TlsPolicy } from '../model/host-tls.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { tlsChainOf } from './chain-header.ts';
import { renderConnectionManager } from './http-connection-manager.ts';
import type { ListenOptions } from './options.ts';
import { defaultCertificateName } from './secret.ts';

type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];
type TlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];

const ads = { ads: {}, resource_api_version: 'V3' } as const;

/** The filter chain of one server name: its certificate is the secret of that name. */
export function renderChain(serverName: string, policy: TlsPolicy, edge: EdgeSettings): FilterChain {
  return {
    name: serverName,
    filter_chain_match: { server_names: [serverName] },
    ...tlsChain(policy, edge, {
      common_tls_context: { ...common(policy), tls_certificate_sds_secret_configs: [{ name: serverName, sds_config: ads }] },
    }),
  };
}

/** For clients that name no server, or one without a chain of its own. */
export function renderDefaultChain({ certificatesOnDemand }: Pick<ListenOptions, 'certificatesOnDemand'>, edge: EdgeSettings): FilterChain {
  return { name: defaultCertificateName, ...tlsChain(defaultTlsPolicy, edge, certificatesOnDemand === true ? onDemand : fixed) };
}

const fixed: TlsContext = {
  common_tls_context: {
    ...common(defaultTlsPolicy),
    tls_certificate_sds_secret_configs: [{ name: defaultCertificateName, sds_config: ads }],
  },
};

/**
 * Asks for the secret called as the server name; a name that has none is refused. Envoy takes no session tickets together with this.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/transport_sockets/tls/cert_selectors/on_demand_secret/v3/config.proto
 */
const onDemand: TlsContext = {
  disable_stateless_session_resumption: true,
  disable_stateful_session_resumption: true,
  common_tls_context: {
    ...common(defaultTlsPolicy),
    custom_tls_certificate_selector: {
      name: 'envoy.tls.certificate_selectors.on_demand_secret',
      typed_config: any('envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config', {
        config_source: ads,
        certificate_mapper: {
          name: 'envoy.tls.certificate_mappers.sni',
          typed_config: any('envoy.extensions.transport_sockets.tls.cert_mappers.sni.v3.SNI', { default_value: defaultCertificateName }),
        },
      }),
    },
  },
};

function tlsChain(policy: TlsPolicy, edge: EdgeSettings, context: TlsContext): Omit<FilterChain, 'name'> {
  return {
    filters: [renderConnectionManager('https', tlsChainOf(policy), edge)],
    transport_socket_connect_timeout: '10s',
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', context),
    },
  };
}

function common({ minimumVersion, ciphers }: TlsPolicy): NonNullable<TlsContext['common_tls_context']> {
  return {
    tls_params: { tls_minimum_protocol_version: minimumVersion, ...(ciphers === undefined ? {} : { cipher_suites: [...ciphers] }) },
    alpn_protocols: ['h2', 'http/1.1'],
  };
}
