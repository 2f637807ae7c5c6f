import type { VirtualHost } from '../../model/virtual-host.ts';
import type { Read } from '../../store/derived-table.ts';
import type { CertificateTables } from '../tls/certificate-tables.ts';
import { withClientCertificates } from './client-routes.ts';
import { type ConfigTables, controller, type RedirectSettings } from '../config/tables.ts';
import { withGlobalAuth } from './global-auth.ts';
import { withHttpsRedirects } from './https-redirect.ts';
import type { IngressRow } from '../ingress-row.ts';
import type { HttpsOptions } from '../options.ts';

export interface Guards {
  readonly config: Pick<ConfigTables, 'globalAuth'>;
  readonly tls: Pick<CertificateTables, 'hostCertificates' | 'hostClients'>;
  readonly https: HttpsOptions;
  readonly settings: RedirectSettings;
  /** The Ingresses of the host, the oldest first. */
  readonly rows: readonly IngressRow[];
}

/** A host with what comes before its routes: certificates of clients, then the redirect to https, then who is asked for all hosts. */
export function guardHost(host: VirtualHost, read: Read, { config, tls, ...rules }: Guards): VirtualHost {
  const { hostname } = host;
  const hasTls = (name: string): boolean => read.get(tls.hostCertificates, name)?.unasked === false;
  const asking = withGlobalAuth(host, read.get(config.globalAuth, controller)?.auth, rules.rows);
  const redirecting = withHttpsRedirects(asking, { hasTls: hasTls(hostname) || hasTls(wildcardOf(hostname)), ...rules });
  return withClientCertificates(redirecting, read.get(tls.hostClients, hostname)?.clients);
}

/** `*.example.com` for `shop.example.com`. */
function wildcardOf(hostname: string): string {
  return hostname.replace(/^[^.]+/, '*');
}
