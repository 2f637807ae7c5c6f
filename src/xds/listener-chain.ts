import { defaultTlsPolicy, type TlsPolicy } from '../model/host-tls.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { tlsChainOf } from './chain-header.ts';
import { renderConnectionManager } from './http-connection-manager.ts';
import { defaultCertificateName } from './secret.ts';

type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];
type TlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];

const ads = { ads: {}, resource_api_version: 'V3' } as const;

/** The filter chain of one server name: its certificate is the secret of that name. */
export function renderChain(serverName: string, policy: TlsPolicy): FilterChain {
  return {
    name: serverName,
    filter_chain_match: { server_names: [serverName] },
    ...tlsChain(policy, {
      common_tls_context: { ...common(policy), tls_certificate_sds_secret_configs: [{ name: serverName, sds_config: ads }] },
    }),
  };
}

/** For clients that name no server, or one without a chain of its own. */
export function renderDefaultChain(): FilterChain {
  return {
    name: defaultCertificateName,
    ...tlsChain(defaultTlsPolicy, {
      common_tls_context: {
        ...common(defaultTlsPolicy),
        tls_certificate_sds_secret_configs: [{ name: defaultCertificateName, sds_config: ads }],
      },
    }),
  };
}

function tlsChain(policy: TlsPolicy, context: TlsContext): Omit<FilterChain, 'name'> {
  return {
    filters: [renderConnectionManager('https', tlsChainOf(policy))],
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
