import type { Certificate, Redacted } from '../../model/certificate.ts';
import type { UserList } from '../../model/authentication.ts';
import { byDefault } from '../../model/source.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Key } from '../../store/table.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { makeResource } from '../make-resource.ts';
import type { ListenOptions } from '../options.ts';

/** Secrets are named after the server name that they are for. Has a `/`, so that no server name can be the same. */
export const defaultCertificateName = 'default/certificate';

/** Of the key that seals session tickets. */
export const ticketKeyName = 'default/session-tickets';
/** The secret of a certificate that a listener of its own names. No server name is the same. */
export function namedSecret(certificate: Key): Key {
  return `certificate/${certificate}`;
}

type TlsCertificate = Messages['envoy.extensions.transport_sockets.tls.v3.TlsCertificate'];
type OwnCertificate = NonNullable<ListenOptions['defaultCertificate']>;

export function renderSecret(name: Key, { chain, privateKey, staple, sources }: Certificate): Resource {
  const ocsp = staple === undefined ? {} : { ocsp_staple: { inline_bytes: staple.response } };
  return secret(name, { ...pair(Buffer.from(chain), privateKey.reveal()), ...ocsp }, sources);
}

/** The certificate that Naru has made itself. */
export function renderOwnCertificate(name: Key, { chain, privateKey }: OwnCertificate): Resource {
  return secret(name, pair(Buffer.from(chain), Buffer.from(privateKey)), [byDefault]);
}

/** The users of a list, for `naru authz`. */
export function renderUserList({ key: name, text, sources }: UserList): Resource {
  return makeResource('secrets', { name, generic_secret: { secret: { inline_bytes: text.reveal() } } }, { name, references: [], sources });
}

function pair(chain: Buffer, privateKey: Buffer): TlsCertificate {
  return { certificate_chain: { inline_bytes: chain }, private_key: { inline_bytes: privateKey } };
}

function secret(name: string, tls_certificate: TlsCertificate, sources: Resource['sources']): Resource {
  return makeResource('secrets', { name, tls_certificate }, { name, references: [], sources });
}

export function renderTicketKey(key: Redacted, sources: Resource['sources']): Resource {
  const message = { name: ticketKeyName, session_ticket_keys: { keys: [{ inline_bytes: key.reveal() }] } };
  return makeResource('secrets', message, { name: ticketKeyName, references: [], sources });
}
