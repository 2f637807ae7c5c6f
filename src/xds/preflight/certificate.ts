import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Certificate } from '../../model/certificate.ts';
import { type Checked, objected } from './objection.ts';

/** The OBJECT IDENTIFIER id-ecPublicKey in DER; behind it comes the curve, by name or as numbers. */
const ecPublicKey = Buffer.from('06072a8648ce3d0201', 'hex');
const objectIdentifier = 0x06;
const curves = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Tried with Envoy 1.40: BoringSSL loads no certificate with another key. Of the rest of a chain it looks at no keys. */
function keyObjection(key: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = 'without a name' } = key.asymmetricKeyDetails ?? {};
  const { asymmetricKeyType: type } = key;
  if (type === 'ed25519') return undefined;
  if (type === 'rsa') return modulusLength < 2048 ? `has an RSA key of only ${modulusLength} bits` : undefined;
  if (type !== 'ec') return `has a key of type ${type ?? 'unknown'}`;
  if (!curves.has(namedCurve)) return `has an ECDSA key on the curve ${namedCurve}`;
  const der = key.export({ type: 'spki', format: 'der' });
  const isNamed = der[der.indexOf(ecPublicKey) + ecPublicKey.length] === objectIdentifier;
  return isNamed ? undefined : 'spells out its curve instead of naming it';
}

function certificateFault({ key, chain, privateKey }: Certificate): string | undefined {
  if (key === '' || !key.isWellFormed()) return 'has a name that Envoy does not take';
  if (privateKey.reveal().length === 0) return 'comes without its key';
  try {
    return keyObjection(new X509Certificate(chain).publicKey);
  } catch {
    return 'cannot be read';
  }
}

/** Undefined: it will do. One that will not is left out, and its hosts get the default certificate. */
export function checkCertificate(certificate: Certificate): Checked<Certificate> | undefined {
  const fault = certificateFault(certificate);
  if (fault === undefined) return undefined;
  const { key, sources } = certificate;
  const objection = {
    code: 'NR716',
    message: `Envoy would refuse the certificate ${key}: it ${fault}.`,
    fix: 'Use an RSA key of at least 2048 bits, or an ECDSA key on P-256, P-384 or P-521.',
  } as const;
  return { problems: [objected(objection, sources[0], `certificate ${key}`, 'Its hosts are served with the default certificate.')] };
}
