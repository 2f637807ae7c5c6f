import type { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { X509Certificate } from '@peculiar/x509';

// Must come first: the X.509 library needs it and does not load it.
await import('reflect-metadata');
const x509 = await import('@peculiar/x509');

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

export interface Pem {
  readonly certificate: string;
  readonly privateKey: string;
}

interface Names {
  readonly commonName?: string;
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
}

/** Signs certificates, and stands in none of them. */
export class Authority {
  readonly certificate: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #issuer: X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, issuer: X509Certificate) {
    this.#keys = keys;
    this.#issuer = issuer;
    this.certificate = issuer.toString('pem');
  }

  static async make(name: string): Promise<Authority> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      ...validity(),
      keys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return new Authority(keys, certificate);
  }

  async sign({ commonName = 'test', dns = [], uris = [] }: Names): Promise<Pem> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const names = [...dns.map((value) => ({ type: 'dns', value }) as const), ...uris.map((value) => ({ type: 'url', value }) as const)];
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: this.#issuer.subject,
      ...validity(),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
    });
    const privateKey = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
    return { certificate: certificate.toString('pem'), privateKey };
  }
}

/** Puts a certificate and its key into files of a folder, and gives back their paths. */
export function writePem(folder: string, name: string, { certificate, privateKey }: Pem): Pem {
  const paths = { certificate: join(folder, `${name}.crt`), privateKey: join(folder, `${name}.key`) };
  writeFileSync(paths.certificate, certificate);
  writeFileSync(paths.privateKey, privateKey);
  return paths;
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
}
