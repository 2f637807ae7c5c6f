/** PEM of a certificate that nobody need trust. */
export interface SelfSigned {
  readonly chain: string;
  readonly privateKey: string;
}

const oneDayMs = 86_400_000;

/**
 * Makes the certificate for hosts that have none of their own. Its names are those of ingress-nginx's, by which
 * people recognise that a host's Secret is missing.
 */
export async function makeDefaultCertificate(names: readonly string[] = ['ingress.local'], days = 365): Promise<SelfSigned> {
  // Must come first: the X.509 library needs it and does not load it.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Naru default certificate',
    notBefore: new Date(Date.now() - oneDayMs),
    notAfter: new Date(Date.now() + days * oneDayMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
    ],
  });
  const privateKey = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { chain: `${certificate.toString('pem')}\n`, privateKey: `${privateKey}\n` };
}
