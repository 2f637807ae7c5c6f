import { X509Certificate } from 'node:crypto';
import type { Source } from '../../model/source.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { defaultCertificateName } from '../../xds/tls/secret.ts';
import { chainsOf } from './listeners.ts';
import type { Resources } from './resources.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];
type DownstreamTls = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];

export interface CertificateRow {
  /** Of the resource. */
  readonly name: string;
  /** The names that it is valid for. */
  readonly hosts: readonly string[];
  readonly issuer: string;
  /** RFC 3339; null where it cannot be read. */
  readonly notAfter: string | null;
  /** Such as `ec` or `rsa`. */
  readonly key: string;
  /** The server names that get it. */
  readonly usedFor: readonly string[];
  readonly sources: readonly Source[];
}

/** Whether a secret may be one that a replica of Naru has made for itself: it has what no other has. */
export function isOwn(secret: string): boolean {
  return secret === defaultCertificateName;
}

/** The certificates that Envoys show. Their keys are nowhere in it. */
export function listCertificates({ secrets = [], listeners = [] }: Resources): readonly CertificateRow[] {
  const uses = certificateUses(listeners.map(({ resource }) => resource));
  return secrets.flatMap(({ name, resource, sources }): readonly CertificateRow[] => {
    const chain = resource.tls_certificate?.certificate_chain;
    if (chain === undefined) return [];
    const bytes = chain.inline_string ?? Buffer.from(String(chain.inline_bytes ?? ''), 'base64').toString();
    return [{ name, ...readCertificate(bytes), usedFor: uses.get(name) ?? [], sources }];
  });
}

/** The server names for which certificates are shown, by name of the certificate; `*` stands for any other name. */
export function certificateUses(listeners: readonly Listener[]): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const { filter_chain_match: match, transport_socket: socket } of listeners.flatMap(chainsOf)) {
    const names = match?.server_names ?? ['*'];
    const tls = (socket?.typed_config ?? {}) as DownstreamTls;
    for (const { name = '' } of tls.common_tls_context?.tls_certificate_sds_secret_configs ?? [])
      uses.set(name, [...new Set([...(uses.get(name) ?? []), ...names])]);
  }
  return uses;
}

function readCertificate(pem: string): Pick<CertificateRow, 'hosts' | 'issuer' | 'notAfter' | 'key'> {
  try {
    const { subjectAltName = '', issuer, validToDate, publicKey } = new X509Certificate(pem);
    const hosts = subjectAltName.split(', ').flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
    const name = /^CN=(.+)$/m.exec(issuer)?.[1] ?? issuer.replaceAll('\n', ', ');
    return { hosts, issuer: name, notAfter: validToDate.toISOString(), key: publicKey.asymmetricKeyType ?? '' };
  } catch {
    return { hosts: [], issuer: '', notAfter: null, key: '' };
  }
}
