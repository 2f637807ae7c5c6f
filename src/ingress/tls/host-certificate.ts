import { objectKey } from '../../kube/event.ts';
import type { HostTls } from '../../model/host-tls.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import { anyHost } from '../../model/virtual-host.ts';
import type { Key } from '../../store/table.ts';
import { type CertificateRow, coversHost } from './certificate.ts';
import type { IngressRow } from '../ingress-row.ts';
import { sourceOf } from '../source-of.ts';

/** How TLS is spoken for a host, with what is wrong about it. */
export interface HostCertificateRow extends HostTls {
  /** Where the certificate was asked for. */
  readonly source?: Source;
  /** No Ingress asks for TLS; it is spoken with a policy of its own all the same. */
  readonly unasked: boolean;
  readonly problems: readonly Problem[];
}

/** The Secrets that an Ingress names for TLS. */
export function secretsOf({ selected, metadata, spec }: IngressRow): readonly Key[] {
  if (!selected) return [];
  return spec.tls.flatMap(({ secretName }) => (secretName === undefined ? [] : [objectKey(metadata.namespace, secretName)]));
}

/**
 * Chooses as ingress-nginx does (createServers and extractTLSSecretName in its controller.go): the oldest Ingress of the
 * host that has TLS at all decides; in it the first entry that lists the host, else any Secret whose certificate covers it.
 * `rows`: the oldest first.
 */
export function chooseCertificate(
  hostname: string,
  rows: readonly IngressRow[],
  certificateOf: (key: Key) => CertificateRow | undefined,
): HostCertificateRow | undefined {
  const row = rows.find(({ policies, spec }) => policies.canary === undefined && spec.tls.length > 0);
  if (row === undefined || hostname === anyHost) return undefined;
  const { namespace } = row.metadata;
  const listed = row.spec.tls.findIndex(({ hosts }) => hosts.some((host) => host.toLowerCase() === hostname));
  const entry = row.spec.tls[listed];
  if (entry !== undefined) {
    if (entry.secretName === undefined) return { unasked: false, problems: [] };
    return useListed(hostname, row, `spec.tls[${listed}].secretName`, objectKey(namespace, entry.secretName), certificateOf);
  }
  for (const [index, { secretName }] of row.spec.tls.entries()) {
    if (secretName === undefined) continue;
    const key = objectKey(namespace, secretName);
    const found = certificateOf(key);
    if (found?.ok !== true || !coversHost(found.certificate, hostname)) continue;
    return {
      certificate: key,
      source: sourceOf({ kind: 'Ingress', ...row }, `spec.tls[${index}].secretName`),
      unasked: false,
      problems: [],
    };
  }
  const open = row.spec.tls.findIndex(({ hosts, secretName }) => hosts.length === 0 && secretName !== undefined);
  const secretName = row.spec.tls[open]?.secretName;
  if (secretName === undefined) return { unasked: false, problems: [] };
  return useListed(hostname, row, `spec.tls[${open}].secretName`, objectKey(namespace, secretName), certificateOf);
}

function useListed(
  hostname: string,
  row: IngressRow,
  field: string,
  key: Key,
  certificateOf: (key: Key) => CertificateRow | undefined,
): HostCertificateRow {
  const source = sourceOf({ kind: 'Ingress', ...row }, field);
  const found = certificateOf(key);
  const done = `Host ${hostname} is served with the default certificate.`;
  if (found?.ok !== true) {
    const { code, message, fix } = found ?? { code: 'NR401' as const, message: `There is no Secret ${key}.`, fix: 'Create it.' };
    return { unasked: false, problems: [problem(code, source, { message, done, fix })] };
  }
  if (!coversHost(found.certificate, hostname)) {
    const names = found.certificate.names.join(', ') || 'no host';
    const message = `The certificate of Secret ${key} is for ${names}, not for ${hostname}.`;
    return { unasked: false, problems: [problem('NR403', source, { message, done, fix: 'Use a certificate that names the host.' })] };
  }
  return { certificate: key, source, unasked: false, problems: [] };
}
