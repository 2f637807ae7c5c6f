import type { BackendSecret } from '../../model/backend-secret.ts';
import type { Resource } from '../../snapshot/resource.ts';
import type { OnFailure } from '../../store/derived-table.ts';
import { derivingResources } from '../deriving-resources.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Table } from '../../store/table.ts';
import { makeResource } from '../make-resource.ts';
import type { RenderedTable } from '../rendering.ts';
import { authoritiesName, shownCertificateName } from './upstream-tls.ts';

/** The secrets of clusters: what they show to backends, and what they believe. */
export function backendSecretTables(
  secrets: Table<BackendSecret>,
  onFailure: OnFailure,
): { readonly rendered: readonly RenderedTable[]; readonly tables: readonly FollowingTable<unknown>[] } {
  const names = new IndexTable('backend secret names', secrets, ({ key, certificate, authorities }) => [
    ...(certificate === undefined ? [] : [shownCertificateName(key)]),
    ...(authorities === undefined ? [] : [authoritiesName(key)]),
  ]);
  const derive = derivingResources(onFailure);
  const table = derive('backend secrets', names, ([key = ''], read, name) => {
    const secret = read.get(secrets, key);
    return secret && renderBackendSecret(name, secret);
  });
  return { rendered: [{ type: 'secrets', table }], tables: [names, table] };
}

function renderBackendSecret(name: string, { key, certificate, authorities = '', sources }: BackendSecret): Resource {
  const parts = { name, references: [], sources };
  if (certificate === undefined || name !== shownCertificateName(key)) {
    return makeResource('secrets', { name, validation_context: { trusted_ca: { inline_bytes: Buffer.from(authorities) } } }, parts);
  }
  const { chain, privateKey } = certificate;
  const tls_certificate = { certificate_chain: { inline_bytes: Buffer.from(chain) }, private_key: { inline_bytes: privateKey.reveal() } };
  return makeResource('secrets', { name, tls_certificate }, parts);
}
