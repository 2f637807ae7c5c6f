import type * as X509 from '@peculiar/x509';

/** PEM. */
export interface CertificateAndKey {
  readonly chain: string;
  readonly privateKey: string;
}

/** What protects ADS: each side shows its certificate, and both are signed by the authority. */
export interface AdsCertificates {
  /** PEM of the authority's certificate. */
  readonly authority: string;
  /** PEM. Whoever has it can make certificates for any fleet. */
  readonly authorityKey: string;
  readonly server: CertificateAndKey;
  readonly client: CertificateAndKey;
}

const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** `names`: DNS names under which Envoys connect. The client's certificate carries the name of the fleet, which the ADS server asks for. */
export async function makeAdsCertificates(names: readonly string[], fleet: string, days: number): Promise<AdsCertificates> {
  const x509 = await library();
  const pair = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - dayMs);
  const notAfter = new Date(Date.now() + days * dayMs);
  const authorityKeys = await pair();
  const issuer = 'CN=Naru ADS authority';
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: issuer,
    notBefore,
    notAfter,
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const signed = async (name: string, dnsNames: readonly string[], usage: string): Promise<CertificateAndKey> => {
    const keys = await pair();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer,
      notBefore,
      notAfter,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value }))),
        await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      ],
    });
    return { chain: `${certificate.toString('pem')}\n`, privateKey: await printKey(keys.privateKey) };
  };
  return {
    authority: `${authority.toString('pem')}\n`,
    authorityKey: await printKey(authorityKeys.privateKey),
    server: await signed('naru', names, x509.ExtendedKeyUsage.serverAuth),
    client: await signed(`fleet ${fleet}`, [fleet], x509.ExtendedKeyUsage.clientAuth),
  };
}

/** A certificate for the Envoys of a fleet whose name is no DNS name, signed by the authority that the ADS server trusts. */
export async function signFleet(
  authority: { readonly certificate: string; readonly privateKey: string },
  fleet: string,
  days: number,
): Promise<CertificateAndKey> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.certificate);
  const [der] = x509.PemConverter.decode(authority.privateKey);
  if (der === undefined) throw new Error('the file of the authority has no private key');
  const signingKey = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=fleet of a Gateway',
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Math.min(Date.now() + days * dayMs, issuer.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://naru.io/fleet/${fleet}` }]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { chain: `${certificate.toString('pem')}\n`, privateKey: await printKey(keys.privateKey) };
}

async function library(): Promise<typeof X509> {
  // Must come first: the X.509 library needs it and does not load it.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

async function printKey(key: Parameters<typeof crypto.subtle.exportKey>[1]): Promise<string> {
  const x509 = await library();
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}
