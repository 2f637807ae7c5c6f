import type { PeerCertificate } from 'node:tls';

/**
 * Which fleets the holder of a certificate may be a part of. The name of a fleet stands in the certificate as a DNS name
 * (`edge`), or, since not every name is a DNS name, as a URI (`spiffe://naru.io/fleet/edge`, or without the scheme). The
 * common name does not count: https://www.rfc-editor.org/rfc/rfc6125#section-6.4.4
 */
export function fleetsOf(certificate: Pick<PeerCertificate, 'subjectaltname'>): ReadonlySet<string> {
  const fleets = new Set<string>();
  for (const [, kind, name = ''] of (certificate.subjectaltname ?? '').matchAll(alternativeName)) {
    // Node puts names into quotes that could be taken for several; no fleet is called like that.
    if (name.startsWith('"')) continue;
    const fleet = kind === 'DNS' ? name : fleetInUri.exec(name)?.[1];
    if (fleet !== undefined) fleets.add(fleet);
  }
  return fleets;
}

/** One name after the other, from the beginning on, as https://nodejs.org/api/tls.html#certificate-object prints them. */
const alternativeName = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/gy;
const fleetInUri = /^(?:[a-z][a-z0-9+.-]*:\/\/)?naru\.io\/fleet\/(.+)$/;
