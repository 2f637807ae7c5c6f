/** How TLS is spoken for a host. Hosts of one policy may be asked for over one connection, hosts of different ones may not. */
export interface TlsPolicy {
  /** Equal names are equal policies. */
  readonly name: string;
  readonly minimumVersion: 'TLSv1_2' | 'TLSv1_3';
  /** For TLS 1.2, as OpenSSL calls them, the preferred first; absent: Envoy's own choice. */
  readonly ciphers?: readonly string[];
}

/** TLS 1.2 and 1.3, as ingress-nginx has it by default. */
export const defaultTlsPolicy: TlsPolicy = { name: 'default', minimumVersion: 'TLSv1_2' };

/** What is known of a host that has TLS. */
export interface HostTls {
  /** Key of its certificate; absent: the default certificate. */
  readonly certificate?: string;
  /** Absent: the default policy. */
  readonly policy?: TlsPolicy;
}
