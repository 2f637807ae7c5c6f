import type { EdgeSettings } from '../model/edge.ts';

/** Where a fleet's Envoys listen. */
export interface ListenOptions {
  /** IP address to bind. */
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** PEM, for hosts without a certificate of their own; absent: connections for them are refused. */
  readonly defaultCertificate?: { readonly chain: string; readonly privateKey: string };
  /**
   * Envoys ask for the certificate of a host when a client first names it, instead of having all of them: the listener then stays as
   * it is however many hosts there are. See docs/performance.md.
   */
  readonly certificatesOnDemand?: boolean;
  /** Where `naru authz` listens beside each Envoy; absent: paths that need it answer 503. */
  readonly authz?: HelperAddress;
  /** What clients connect to, where it is not 80 and 443. */
  readonly publicPorts?: { readonly http: number; readonly https: number };
}

/** An IP address with a port, or a Unix socket. */
export type HelperAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** What listeners are made by. */
export interface ListenerSettings {
  readonly listen: ListenOptions;
  readonly edge: EdgeSettings;
}
