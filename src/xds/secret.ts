import type { Certificate } from '../model/certificate.ts';
import type { Resource } from '../snapshot/resource.ts';
import { makeResource } from './make-resource.ts';
import type { ListenOptions } from './options.ts';

/** Has no `/`, so that no Secret's name can be the same. */
export const defaultCertificateName = 'default-certificate';

export function renderSecret({ key, chain, privateKey, sources }: Certificate): Resource {
  return secret(key, Buffer.from(chain), privateKey.reveal(), sources);
}

export function renderDefaultCertificate({ chain, privateKey }: NonNullable<ListenOptions['defaultCertificate']>): Resource {
  return secret(defaultCertificateName, Buffer.from(chain), Buffer.from(privateKey), []);
}

function secret(name: string, chain: Buffer, privateKey: Buffer, sources: Resource['sources']): Resource {
  const tls_certificate = { certificate_chain: { inline_bytes: chain }, private_key: { inline_bytes: privateKey } };
  return makeResource('secrets', { name, tls_certificate }, { name, references: [], sources });
}
