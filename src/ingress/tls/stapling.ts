import { X509Certificate } from 'node:crypto';
import { printFieldPath } from '../../kube/field-path.ts';
import type { Secret } from '../../kube/objects.ts';
import type { Certificate, Staple } from '../../model/certificate.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import { type CertificateRow, readCertificate } from './certificate.ts';
import { readOcspResponse } from './ocsp-response.ts';
import { sourceOf } from '../source-of.ts';

/** Where the OCSP response stands, in DER: as in Envoy Gateway and Istio, https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/ */
export const stapleKey = 'tls.ocsp-staple';

/**
 * A certificate that is shown to clients, with the OCSP response beside it if `stapling`.
 *
 * Envoy refuses a certificate that demands a response (RFC 7633) and comes without one, and a response of another certificate:
 * https://github.com/envoyproxy/envoy source/common/tls/server_context_impl.cc
 */
export function readServedCertificate(key: Key, secret: Secret | undefined, stapling: boolean): CertificateRow {
  const row = readCertificate(key, secret);
  if (!row.ok || secret === undefined) return row;
  const { chain } = row.certificate;
  const demanded = demandsStaple(chain);
  const response = stapling ? secret.data[stapleKey] : undefined;
  const found = response === undefined ? undefined : readStaple(response, chain);
  if (found?.ok === true) return { ...row, certificate: { ...row.certificate, staple: { ...found.staple, demanded } } };
  if (demanded) {
    const lack = found === undefined ? whyNone(stapling) : `${stapleKey} ${found.message}`;
    return {
      ok: false,
      code: 'NR402',
      message: `The certificate of Secret ${key} demands that an OCSP response is stapled, and there is none: ${lack}.`,
      fix: `Put its response there as ${stapleKey} and set enable-ocsp in the ConfigMap, or use a certificate without this demand (must-staple).`,
    };
  }
  if (found === undefined) return row;
  const message = `${stapleKey} of Secret ${key} ${found.message}.`;
  return { ...row, problems: [problem('NR407', stapleSource(sourceOf(secret)), { message, done: unstapled, fix: renew })] };
}

const unstapled = 'The certificate is served without it.';

const renew = `Ask the authority anew about this certificate, and put its answer there as it comes, in DER.`;

function whyNone(stapling: boolean): string {
  return stapling ? `the Secret has no key ${stapleKey}` : 'enable-ocsp is not set';
}

type StapleReading = { readonly ok: true; readonly staple: Omit<Staple, 'demanded'> } | { readonly ok: false; readonly message: string };

function readStaple(response: Buffer, chain: string): StapleReading {
  const read = readOcspResponse(response);
  if (!read.ok) return read;
  const { serial, until } = read;
  const own = new X509Certificate(chain).serialNumber.replace(/^0+/, '');
  if (serial !== own)
    return {
      ok: false,
      message: `is about the certificate with the serial number ${serial || '0'}, and the one in tls.crt has ${own || '0'}`,
    };
  return { ok: true, staple: { response, ...(until === undefined ? {} : { until }) } };
}

/** The extension id-pe-tlsfeature, 1.3.6.1.5.5.7.1.24, critical or not, with status_request as its only feature. */
const featureNames = ['06082b06010505070118', '06082b060105050701180101ff'];
const demands = featureNames.map((name) => Buffer.from(`${name}04053003020105`, 'hex'));

/** Looks at the bytes, for there are many certificates, and hardly one has it. */
function demandsStaple(chain: string): boolean {
  const leaf = Buffer.from(chain.slice(chain.indexOf('\n') + 1, chain.indexOf('-----END')), 'base64');
  return demands.some((one) => leaf.includes(one));
}

function stapleSource(secret: Source): Source {
  return { ...secret, field: printFieldPath(['data', stapleKey]) };
}

/** What is wrong with the response beside a certificate. Undefined: nothing. */
export function stapleProblems(row: CertificateRow, now: () => number | undefined): { readonly problems: readonly Problem[] } | undefined {
  const problems = row.ok ? [...row.problems, ...checkStaple(row.certificate, now)] : [];
  return problems.length === 0 ? undefined : { problems };
}

/** What is wrong with a response that Envoys take, and staple to nothing. */
function checkStaple({ key, staple, sources: [secret] }: Certificate, now: () => number | undefined): readonly Problem[] {
  if (staple === undefined || secret === undefined) return [];
  const { until, demanded } = staple;
  const nowMs = now();
  if (nowMs === undefined || (until !== undefined && Date.parse(until) > nowMs)) return [];
  const lack = until === undefined ? 'does not say until when it holds' : `held until ${until} only`;
  const done = demanded ? 'It is not stapled, and because the certificate demands it, clients that ask for it cannot connect.' : unstapled;
  return [problem('NR407', stapleSource(secret), { message: `${stapleKey} of Secret ${key} ${lack}.`, done, fix: renew })];
}
