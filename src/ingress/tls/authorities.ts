import { X509Certificate } from 'node:crypto';

/** Certificates in PEM, each once; undefined if there is none, or one that cannot be read. */
export function readAuthorities(text: string): string | undefined {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const certificates = new Set(found.map((pem) => new X509Certificate(pem).toString()));
    return certificates.size === 0 ? undefined : [...certificates].join('');
  } catch {
    return undefined;
  }
}
