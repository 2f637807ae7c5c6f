/** Where a fleet's Envoys listen. */
export interface ListenOptions {
  /** IP address to bind. */
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** PEM, for hosts without a certificate of their own; absent: connections for them are refused. */
  readonly defaultCertificate?: { readonly chain: string; readonly privateKey: string };
  /** Refuse connections that name no host that is served, instead of showing the default certificate. */
  readonly rejectUnknownNames?: boolean;
  /**
   * Envoys ask for the certificate of a host when a client first names it, instead of having all of them: the listener then stays as
   * it is however many hosts there are. See docs/performance.md.
   */
  readonly certificatesOnDemand?: boolean;
}
