import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '../../kube/objects.ts';
import type { ProblemCode } from '../../model/codes.ts';
import { type Certificate, Redacted } from '../../model/certificate.ts';
import type { Problem } from '../../model/problem.ts';
import type { Key } from '../../store/table.ts';
import { sourceOf } from '../source-of.ts';

/** What a TLS Secret holds: a certificate that Envoy will take, or why not. */
export type CertificateRow =
  | { readonly ok: true; readonly certificate: Certificate; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string; readonly fix: string };

const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export function readCertificate(key: Key, secret: Secret | undefined): CertificateRow {
  if (secret === undefined) {
    return {
      ok: false,
      code: 'NR401',
      message: `There is no Secret ${key}.`,
      fix: 'Create it with the keys tls.crt and tls.key, in the namespace of the Ingress.',
    };
  }
  const crt = secret.data['tls.crt'];
  const privateKey = secret.data['tls.key'];
  if (crt === undefined || privateKey === undefined) {
    return unusable(
      `Secret ${key} has no key ${crt === undefined ? 'tls.crt' : 'tls.key'}.`,
      'A TLS Secret needs both tls.crt and tls.key.',
    );
  }
  const chain = crt.toString('latin1').match(pemCertificate) ?? [];
  try {
    const [leaf, ...others] = chain.map((pem) => new X509Certificate(pem));
    if (leaf === undefined)
      return unusable(`tls.crt of Secret ${key} holds no PEM certificate.`, 'Put the certificate chain there, the leaf first.');
    const refusal = weakness(leaf);
    if (refusal !== undefined)
      return unusable(
        `The certificate of Secret ${key} ${refusal}.`,
        'Use an RSA key of at least 2048 bits or an ECDSA key on P-256, P-384 or P-521.',
      );
    const own = createPrivateKey(privateKey);
    if (!leaf.checkPrivateKey(own)) {
      const place = others.findIndex((other) => other.checkPrivateKey(own));
      if (place !== -1)
        return unusable(
          `tls.crt of Secret ${key} begins with another certificate than the one of tls.key, which is number ${place + 2}.`,
          'Put the certificate itself first, then those of its issuers.',
        );
      return unusable(
        `tls.key of Secret ${key} is not the key of its certificate.`,
        'Put the certificate and its own key there, the leaf first in tls.crt.',
      );
    }
    return { ok: true, certificate: makeCertificate(key, secret, leaf, `${chain.join('\n')}\n`, privateKey), problems: [] };
  } catch (error) {
    return unusable(
      `Secret ${key} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'tls.crt and tls.key must be PEM.',
    );
  }
}

function makeCertificate(key: Key, secret: Secret, leaf: X509Certificate, chain: string, privateKey: Buffer): Certificate {
  return {
    key,
    names: dnsNames(leaf),
    notBefore: leaf.validFromDate.toISOString(),
    notAfter: leaf.validToDate.toISOString(),
    chain,
    fingerprint: createHash('sha256').update(chain).update(privateKey).digest('hex'),
    privateKey: new Redacted(privateKey),
    sources: [sourceOf(secret)],
  };
}

/** Names of the subjectAltName; where there is none the common name counts, as in ingress-nginx. */
function dnsNames(leaf: X509Certificate): readonly string[] {
  const names = [...(leaf.subjectAltName ?? '').matchAll(/DNS:("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(([, name]) =>
    (name ?? '').replaceAll('"', ''),
  );
  const common = /(?:^|\n)CN=(.+)/.exec(leaf.subject)?.[1];
  const all = leaf.subjectAltName === undefined && common !== undefined ? [common] : names;
  return all.map((name) => name.trim().toLowerCase());
}

/** Keys that Envoy refuses: see ServerContextImpl and ContextImpl in its source, source/common/tls/context_impl.cc. */
function weakness({ publicKey }: X509Certificate): string | undefined {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === 'rsa' && modulusLength !== undefined && modulusLength < 2048)
    return `has an RSA key of only ${modulusLength} bits`;
  if (publicKey.asymmetricKeyType === 'ec' && !['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve ?? ''))
    return `has an ECDSA key on the curve ${namedCurve ?? 'unknown'}`;
  return undefined;
}

function unusable(message: string, fix: string): CertificateRow {
  return { ok: false, code: 'NR402', message, fix };
}

/** Whether a certificate is good for a hostname; a wildcard stands for exactly one label. */
export function coversHost({ names }: Certificate, hostname: string): boolean {
  const wildcard = hostname.replace(/^[^.]+/, '*');
  return names.includes(hostname) || names.includes(wildcard);
}
