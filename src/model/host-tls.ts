/** How TLS is spoken for a host. */
export interface TlsPolicy {
  /** Hosts whose policies have one name may be asked for over one connection, others may not. */
  readonly name: string;
  /** Absent: what holds for all hosts. */
  readonly minimumVersion?: 'TLSv1_2' | 'TLSv1_3';
  /** For TLS 1.2, as OpenSSL calls them, the preferred first; absent: Envoy's own choice. */
  readonly ciphers?: readonly string[];
  /** The order of clients goes before that of `ciphers`. */
  readonly prefersClients?: true;
  /** Clients are asked for a certificate, and let in with or without a good one: what follows from it is up to routes. */
  readonly clients?: ClientAuthorities;
}

/** Who may have signed the certificates of clients. */
export interface ClientAuthorities {
  /** PEM. */
  readonly trusted: string;
  /** How many certificates may stand between a client's and a trusted one. */
  readonly depth: number;
}

/** TLS 1.2 and 1.3, as ingress-nginx has it by default. */
export const defaultTlsPolicy: TlsPolicy = { name: 'default' };

/** What is known of a host that has TLS. */
export interface HostTls {
  /** Key of its certificate; absent: the default certificate. */
  readonly certificate?: string;
  /** Absent: the default policy. */
  readonly policy?: TlsPolicy;
}
