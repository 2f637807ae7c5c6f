import type { EdgeTls, EdgeSettings } from '../../model/edge.ts';
import type { TlsPolicy } from '../../model/host-tls.ts';
import { ticketKeyName } from './secret.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { fromAds } from '../from-ads.ts';

type TlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];

/** How TLS is spoken, without certificates. What a host's policy does not say, the settings of all hosts do. */
export function tlsParameters(policy: TlsPolicy, { tls, connections }: EdgeSettings): NonNullable<TlsContext['common_tls_context']> {
  const { lowest, highest, ciphers, curves } = tls;
  const usual = policy.minimumVersion === undefined;
  return {
    tls_params: {
      tls_minimum_protocol_version: policy.minimumVersion ?? lowest,
      ...(usual && highest === 'TLSv1_3' ? {} : { tls_maximum_protocol_version: usual ? highest : 'TLSv1_3' }),
      cipher_suites: [...(policy.ciphers ?? ciphers)],
      ...(curves === undefined ? {} : { ecdh_curves: [...curves] }),
    },
    ...clientValidation(policy),
    alpn_protocols: connections.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
  };
}

/**
 * Sessions of TLS 1.3 are resumed by tickets alone, so that these stay as long as any resumption is wanted. `asksClients`: for their
 * certificates. Whether one was good is not known of a session that is resumed, so that none is.
 */
export function tlsSessions(tls: EdgeTls, asksClients: boolean): TlsContext {
  if (asksClients) return { disable_stateless_session_resumption: true, disable_stateful_session_resumption: true };
  const { sessions, sessionTimeout } = tls;
  const sealing = usesTicketKey(tls) ? { session_ticket_keys_sds_secret_config: { name: ticketKeyName, sds_config: fromAds } } : {};
  return {
    ...(hasTickets(tls)
      ? { session_timeout: `${Math.max(sessionTimeout, 1)}s`, ...sealing }
      : { disable_stateless_session_resumption: true }),
    ...(sessions ? {} : { disable_stateful_session_resumption: true }),
  };
}

/** Whether listeners refer to the secret of this key. */
export function usesTicketKey(tls: EdgeTls): boolean {
  return tls.ticketKey !== undefined && hasTickets(tls);
}

function hasTickets({ tickets, sessions }: EdgeTls): boolean {
  return tickets || sessions;
}

/**
 * Clients are asked for a certificate, and no handshake fails for it: nginx answers, too.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/transport_sockets/tls/v3/common.proto
 */
function clientValidation({ clients }: TlsPolicy): NonNullable<TlsContext['common_tls_context']> {
  if (clients === undefined) return {};
  const { trusted, depth } = clients;
  return {
    validation_context: {
      trusted_ca: { inline_bytes: Buffer.from(trusted) },
      trust_chain_verification: 'ACCEPT_UNTRUSTED',
      max_verify_depth: depth,
    },
  };
}
