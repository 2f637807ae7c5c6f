import type { HostTls } from '../../model/host-tls.ts';
import { anyHost } from '../../model/virtual-host.ts';

/**
 * Whether a hostname is a server name with a filter chain of its own: then with which certificate and policy. Each is by itself, so
 * that one more or less leaves the connections of all others alone.
 *
 * As in ingress-nginx (get_pem_cert_uid in rootfs/etc/nginx/lua/certificate.lua): the host itself, else the wildcard that stands for
 * its first label, else the default certificate. A host without TLS below a wildcard with TLS is a server of its own with
 * the default certificate.
 */
export function serverNameOf(
  hostname: string,
  tlsOf: (hostname: string) => HostTls | undefined,
  { rejectUnknownNames, certificatesOnDemand }: { readonly rejectUnknownNames: boolean; readonly certificatesOnDemand: boolean },
): HostTls | undefined {
  if (hostname === anyHost) return undefined;
  const own = tlsOf(hostname);
  if (own !== undefined) return own;
  const shadowed = rejectUnknownNames || certificatesOnDemand || tlsOf(wildcardAbove(hostname)) !== undefined;
  return shadowed ? {} : undefined;
}

/** Of the certificates that Envoys ask for: those whose server name needs a chain all the same, because there is more to it than one name. */
export function needsChain(hostname: string, { policy }: HostTls, tlsOf: (hostname: string) => HostTls | undefined): boolean {
  return policy !== undefined || hostname.startsWith('*.') || tlsOf(wildcardAbove(hostname)) !== undefined;
}

function wildcardAbove(hostname: string): string {
  return hostname.replace(/^[^.]+/, '*');
}
