import type { SelfSigned } from '../../src/runtime/default-certificate.ts';

const keyKinds = {
  'p-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'p-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'rsa-2048': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  'rsa-1024': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
} as const;

export interface CertificateSketch {
  /** DNS names; the first is also the common name. */
  readonly names: readonly string[];
  readonly key?: keyof typeof keyKinds;
  /** From and to, in days from now. */
  readonly days?: readonly [from: number, to: number];
  /** Without a subjectAltName, as certificates were long ago. */
  readonly commonNameOnly?: boolean;
  /** It demands that an OCSP response is stapled: the extension of RFC 7633. */
  readonly mustStaple?: boolean;
}

/** A certificate issued by an intermediate authority. */
export interface IssuedCertificate extends SelfSigned {
  /** PEM of the leaf alone. */
  readonly leaf: string;
  /** PEM of the authority's own certificate. */
  readonly intermediate: string;
}

const dayMs = 86_400_000;

/** Its `chain` is the leaf, then the intermediate. */
export async function issueCertificate({
  names,
  key = 'p-256',
  days = [-1, 365],
  commonNameOnly = false,
  mustStaple = false,
}: CertificateSketch): Promise<IssuedCertificate> {
  // Must come first: the X.509 library needs it and does not load it.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const [own, authority] = [await pairOf(key), await pairOf('p-256')];
  const validity = { notBefore: new Date(Date.now() + days[0] * dayMs), notAfter: new Date(Date.now() + days[1] * dayMs) };
  const issuer = 'CN=An authority';
  const intermediate = await x509.X509CertificateGenerator.createSelfSigned({
    name: issuer,
    ...validity,
    keys: authority,
    signingAlgorithm: keyKinds['p-256'],
    extensions: [new x509.BasicConstraintsExtension(true)],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    subject: `CN=${names[0]}`,
    issuer,
    ...validity,
    publicKey: own.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: keyKinds['p-256'],
    extensions: [
      ...(commonNameOnly ? [] : [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))]),
      ...(mustStaple ? [new x509.Extension('1.3.6.1.5.5.7.1.24', false, Buffer.from('3003020105', 'hex'))] : []),
    ],
  });
  const privateKey = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY');
  const parts = { leaf: `${leaf.toString('pem')}\n`, intermediate: `${intermediate.toString('pem')}\n` };
  return { ...parts, chain: parts.leaf + parts.intermediate, privateKey: `${privateKey}\n` };
}

function pairOf(kind: keyof typeof keyKinds) {
  return crypto.subtle.generateKey(keyKinds[kind], true, ['sign', 'verify']);
}
