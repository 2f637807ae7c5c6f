/** PEM. */
export interface CertificateAndKey {
  readonly chain: string;
  readonly privateKey: string;
}

/** What protects ADS: each side shows its certificate, and both are signed by the authority. Its own key is thrown away. */
export interface AdsCertificates {
  /** PEM of the authority's certificate. */
  readonly authority: string;
  readonly server: CertificateAndKey;
  readonly client: CertificateAndKey;
}

const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** `names`: DNS names under which Envoys connect. The client's certificate carries the name of the fleet, which the ADS server asks for. */
export async function makeAdsCertificates(names: readonly string[], fleet: string, days: number): Promise<AdsCertificates> {
  // Must come first: the X.509 library needs it and does not load it.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
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
    const privateKey = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    return { chain: `${certificate.toString('pem')}\n`, privateKey: `${privateKey}\n` };
  };
  return {
    authority: `${authority.toString('pem')}\n`,
    server: await signed('naru', names, x509.ExtendedKeyUsage.serverAuth),
    client: await signed(`fleet ${fleet}`, [fleet], x509.ExtendedKeyUsage.clientAuth),
  };
}
