import type { Certificate } from '../../model/certificate.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Key } from '../../store/table.ts';
import type { CertificateRow } from './certificate.ts';

export interface DefaultCertificateRow {
  readonly certificate?: Certificate;
  readonly problems: readonly Problem[];
}

/** The certificate of `--default-ssl-certificate`. It may be for any host: nobody who gets it has asked for one that is served. */
export function findDefaultCertificate(
  key: Key | undefined,
  certificateOf: (key: Key) => CertificateRow,
): DefaultCertificateRow | undefined {
  if (key === undefined) return undefined;
  const found = certificateOf(key);
  if (found.ok) return { certificate: found.certificate, problems: found.problems };
  const { code, message, fix } = found;
  const [namespace = '', name = ''] = key.split('/');
  const done = 'A certificate that Naru has made itself is shown where no host has its own.';
  return { problems: [problem(code, { kind: 'Secret', namespace, name }, { message, done, fix })] };
}
