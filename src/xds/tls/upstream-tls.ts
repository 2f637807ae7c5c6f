import type { FromRequest, SubjectName, UpstreamTls } from '../../model/upstream-tls.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Reference } from '../../snapshot/resource.ts';
import { fromAds } from '../from-ads.ts';

type TransportSocket = Messages['envoy.config.core.v3.TransportSocket'];
type SdsSecretConfig = Messages['envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'];
type SubjectMatcher = Messages['envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher'];
type HttpOptions = Messages['envoy.config.core.v3.UpstreamHttpProtocolOptions'];

/** Names of secrets; those of certificates for server names have no such beginning. */
export function shownCertificateName(key: string): string {
  return `shown to backends/${key}`;
}

export function authoritiesName(key: string): string {
  return `authorities/${key}`;
}

/** Where the image of Envoy and most distributions have them. */
const systemAuthorities = '/etc/ssl/certs/ca-certificates.crt';

/** `protocol`: what is spoken over it. */
export function renderUpstreamTls(tls: UpstreamTls, protocol: 'http/1.1' | 'h2'): TransportSocket {
  const { certificate, serverName, versions = { from: 'TLSv1_2', to: 'TLSv1_3' }, ciphers, anyProtocol } = tls;
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      ...(typeof serverName === 'string' ? { sni: serverName } : {}),
      common_tls_context: {
        tls_params: {
          tls_minimum_protocol_version: versions.from,
          tls_maximum_protocol_version: versions.to,
          ...(ciphers === undefined ? {} : { cipher_suites: ciphers }),
        },
        ...(anyProtocol === true ? {} : { alpn_protocols: [protocol] }),
        ...(certificate === undefined ? {} : { tls_certificate_sds_secret_configs: [bySds(shownCertificateName(certificate))] }),
        ...validation(tls),
      },
    }),
  };
}

function validation({ verify }: UpstreamTls): Partial<Messages['envoy.extensions.transport_sockets.tls.v3.CommonTlsContext']> {
  if (verify === undefined) return {};
  const { authorities, name, depth } = verify;
  const context = {
    ...(depth === undefined ? {} : { max_verify_depth: depth }),
    ...(isOfRequest(name) ? {} : { match_typed_subject_alt_names: matchers(name) }),
  };
  if (authorities === undefined) return { validation_context: { ...context, trusted_ca: { filename: systemAuthorities } } };
  return {
    combined_validation_context: {
      default_validation_context: context,
      validation_context_sds_secret_config: bySds(authoritiesName(authorities)),
    },
  };
}

function matchers(name: string | readonly SubjectName[]): readonly SubjectMatcher[] {
  if (typeof name === 'string') return [{ san_type: 'DNS', matcher: { exact: name } }];
  return name.map(({ type, name: wanted }) => ({
    san_type: type === 'uri' ? 'URI' : 'DNS',
    matcher: type === 'dns' && wanted.startsWith('*.') ? { suffix: wanted.slice(1) } : { exact: wanted },
  }));
}

/** Names that are those of the request. */
export function namesOfRequest({ serverName, verify }: UpstreamTls): HttpOptions | undefined {
  const sni = serverName !== undefined && isOfRequest(serverName);
  const san = verify !== undefined && isOfRequest(verify.name);
  if (!sni && !san) return undefined;
  return { ...(sni ? { auto_sni: true } : {}), ...(san ? { auto_san_validation: true } : {}) };
}

/** The secrets that a cluster with this TLS waits for. */
export function secretsOfTls({ certificate, verify }: UpstreamTls): readonly Reference[] {
  return [
    ...(certificate === undefined ? [] : [shownCertificateName(certificate)]),
    ...(verify?.authorities === undefined ? [] : [authoritiesName(verify.authorities)]),
  ].map((name) => ({ type: 'secrets', name }));
}

function isOfRequest(name: string | FromRequest | readonly SubjectName[]): name is FromRequest {
  return typeof name === 'object' && 'from' in name;
}

function bySds(name: string): SdsSecretConfig {
  return { name, sds_config: fromAds };
}
