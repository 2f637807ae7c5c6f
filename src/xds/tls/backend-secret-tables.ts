import type { BackendSecret } from '../../model/backend-secret.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { DerivedTable } from '../../store/derived-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import { makeResource, sameResource } from '../make-resource.ts';
import type { RenderedTable } from '../rendering.ts';
import { authoritiesName, shownCertificateName } from './upstream-tls.ts';

/** The secrets of clusters: what they show to backends, and what they believe. */
export function backendSecretTables(
  secrets: Table<BackendSecret>,
  onFailure: (row: Key, error: Error | undefined) => void,
): { readonly rendered: readonly RenderedTable[]; readonly tables: readonly FollowingTable<unknown>[] } {
  const names = new IndexTable('backend secret names', secrets, ({ key, certificate, authorities }) => [
    ...(certificate === undefined ? [] : [shownCertificateName(key)]),
    ...(authorities === undefined ? [] : [authoritiesName(key)]),
  ]);
  const table = new DerivedTable<readonly Key[], Resource>({
    name: 'backend secrets',
    input: names,
    compute: ([key = ''], read, name) => {
      const secret = read.get(secrets, key);
      return secret && renderBackendSecret(name, secret);
    },
    same: sameResource,
    onFailure: (key, error) => onFailure(`backend secret ${key}`, error),
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
