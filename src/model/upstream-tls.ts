/** How TLS is spoken with an upstream. */
export interface UpstreamTls {
  /** Key of the certificate that is shown to it; absent: none. */
  readonly certificate?: string;
  /** Absent: whatever it shows is taken. */
  readonly verify?: {
    /** Key of the certificates that may have issued its own; absent: those that the proxy's system believes. */
    readonly authorities?: string;
    /** What its certificate must be for: one of these names. */
    readonly name: string | FromRequest | readonly SubjectName[];
    /** Intermediate certificates between its own and the authority's; absent: any number. */
    readonly depth?: number;
  };
  /** The name that is asked for; absent: none. */
  readonly serverName?: string | FromRequest;
  readonly versions?: { readonly from: TlsVersion; readonly to: TlsVersion };
  /** For TLS 1.2, as OpenSSL calls them; absent: Envoy's own choice. */
  readonly ciphers?: readonly string[];
  /** It carries whole connections, of whatever protocol: none is named when TLS begins. */
  readonly anyProtocol?: true;
}

/** A name in a certificate; one of type `dns` may begin with `*.`, for names that end so. */
export interface SubjectName {
  readonly type: 'dns' | 'uri';
  readonly name: string;
}

/** The host that the request is for. */
export interface FromRequest {
  readonly from: 'authority';
}

export type TlsVersion = 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3';
