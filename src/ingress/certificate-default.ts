import type { Secret } from '../kube/objects.ts';
import type { Certificate } from '../model/certificate.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { Key } from '../store/table.ts';
import { readCertificate } from './certificate.ts';

export interface DefaultCertificateRow {
  readonly certificate?: Certificate;
  readonly problems: readonly Problem[];
}

/** The certificate of `--default-ssl-certificate`. It may be for any host: nobody who gets it has asked for one that is served. */
export function findDefaultCertificate(
  key: Key | undefined,
  secretOf: (key: Key) => Secret | undefined,
): DefaultCertificateRow | undefined {
  if (key === undefined) return undefined;
  const found = readCertificate(key, secretOf(key));
  if (found.ok) return { certificate: found.certificate, problems: [] };
  const { code, message, fix } = found;
  const [namespace = '', name = ''] = key.split('/');
  const done = 'A certificate that Naru has made itself is shown where no host has its own.';
  return { problems: [problem(code, { kind: 'Secret', namespace, name }, { message, done, fix })] };
}
