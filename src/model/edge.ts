import type { AccessLog } from './access-log.ts';
import type { Redacted } from './certificate.ts';
import type { HeaderValue } from './route-policy.ts';
import type { Source } from './source.ts';
import type { Template } from './template.ts';

/** Key of the one row that a table of these has. */
export const edgeKey = 'edge';

/** How the listeners treat every connection, request and answer, whatever host it is for. */
export interface EdgeSettings {
  /** The fields that say something of it. */
  readonly sources: readonly Source[];
  /** `Strict-Transport-Security` of every answer over https, in place of the backend's; absent: none. */
  readonly hsts?: string;
  readonly client: ClientSettings;
  readonly requests: RequestSettings;
  readonly answers: AnswerSettings;
  readonly connections: ConnectionSettings;
  readonly tls: EdgeTls;
  readonly compression: readonly Compression[];
  readonly blocked: Blocked;
  readonly upstreams: UpstreamConnections;
  readonly streams: StreamSettings;
  /** Of requests; absent: none. */
  readonly accessLog?: AccessLog;
  /** Absent: nothing can be traced. */
  readonly tracing?: Tracing;
}

/** Whom and what is believed of who the client is. */
export interface ClientSettings {
  /** Who may say the address of a client, where this is said at all. */
  readonly trustedNetworks: readonly string[];
  /** Connections begin with a PROXY protocol header, and come from one of these networks. */
  readonly proxyProtocol?: { readonly trusted: readonly string[] };
  /** The header, in lower case, that says the address of the client, and the networks of those who may say it; absent: the peer is the client. */
  readonly addressHeader?: { readonly name: string; readonly trusted: readonly string[] };
  /** Scheme, port and host of the request are what its forwarded headers say. */
  readonly believesForwarded: boolean;
  /** The backend gets the peer behind what the request says, instead of the client's address alone. */
  readonly keepsForwardedFor: boolean;
  /** Header of the request, in lower case, that backends get as `x-original-forwarded-host`. */
  readonly hostHeader: string;
}

export interface RequestSettings {
  readonly identifiers: boolean;
  readonly originalUri: boolean;
  readonly underscores: boolean;
  /** Only headers whose names are of letters, digits, hyphens and underscores are taken. */
  readonly plainNamesOnly: boolean;
  /** Of every request to a backend. */
  readonly set: readonly HeaderValue[];
}

export interface AnswerSettings {
  /** What `Server` says, whatever the backend has there; absent: nothing is added. */
  readonly server?: string;
  readonly set: readonly HeaderValue[];
  /** Names in lower case. */
  readonly remove: readonly string[];
}

/** Times in seconds; 0 is no limit. */
export interface ConnectionSettings {
  readonly idle: number;
  /** Requests after which a connection is closed. */
  readonly requests: number;
  /** For the head of a request. */
  readonly head: number;
  /** Without a byte of a request or its answer, where the route says nothing. */
  readonly streamIdle: number;
  /** For a PROXY protocol header and the beginning of TLS. */
  readonly start: number;
  /** Size of the head of a request, in KiB. */
  readonly headKiB: number;
  readonly http2: boolean;
  readonly http2Streams: number;
  /** Instead of the listener's own address. */
  readonly addresses: readonly string[];
  /** Where all addresses of a machine are listened on, those of IPv6 are not. */
  readonly ipv4Only: boolean;
}

/** How TLS is spoken where a host asks for nothing else. */
export interface EdgeTls {
  readonly lowest: TlsVersion;
  readonly highest: TlsVersion;
  /** For TLS 1.2, as OpenSSL calls them, the preferred first. */
  readonly ciphers: readonly string[];
  /** Absent: the proxy's own choice. */
  readonly curves?: readonly string[];
  /** Refuse connections that name no host that is served, or none, instead of showing the default certificate. */
  readonly rejectUnknownNames: boolean;
  readonly tickets: boolean;
  /** By which all proxies seal tickets; absent: each makes its own. */
  readonly ticketKey?: { readonly key: Redacted; readonly fingerprint: string };
  readonly sessions: boolean;
  /** Seconds for which a session can be resumed. */
  readonly sessionTimeout: number;
}

export type TlsVersion = 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3';

export interface Compression {
  readonly algorithm: 'gzip' | 'brotli';
  readonly level: number;
  readonly minLength: number;
  readonly contentTypes: readonly string[];
  /** Clients that get none; absent: nobody. */
  readonly exceptUserAgents?: TextPattern;
}

/** Whom everything is refused with 403. */
export interface Blocked {
  readonly networks: readonly string[];
  readonly userAgents: readonly TextPattern[];
  readonly referers: readonly TextPattern[];
}

/** The whole text in any case, or a regular expression that is found somewhere in it. */
export interface TextPattern {
  readonly type: 'text' | 'regex';
  readonly text: string;
}

/** Times in seconds. */
export interface UpstreamConnections {
  readonly idle: number;
  readonly age: number;
  /** Requests after which a connection is closed; 0 is no limit. */
  readonly requests: number;
  /** Names are looked up for IPv4 addresses alone. */
  readonly ipv4Only: boolean;
}

/** Of TCP and UDP services. */
export interface StreamSettings {
  /** Seconds after which a connection without data ends. */
  readonly idle: number;
  /** How often a connection to an endpoint is tried. */
  readonly tries: number;
  /** Absent: none. */
  readonly accessLog?: AccessLog;
}

/** Spans of OpenTelemetry. */
export interface Tracing {
  /** Whether requests are traced whose route does not say it. */
  readonly all: boolean;
  /** Routes may say otherwise. */
  readonly byRoute?: boolean;
  /** Takes OTLP over gRPC, without TLS. `host`: a DNS name or an IP address. */
  readonly collector: { readonly host: string; readonly port: number };
  /** Name of the service in traces. */
  readonly service: string;
  /** Name of spans; absent: the proxy's own. */
  readonly operation?: Template;
  /** Whether what a request says of the trace that it belongs to is taken for true. */
  readonly believesCaller: boolean;
  /** Of requests, from 0 to 1. */
  readonly share: number;
  /** Of what belongs to a trace already the caller decides, not the share. */
  readonly followsCaller: boolean;
  /** Spans that wait for the collector; more are dropped. */
  readonly waiting: number;
}
