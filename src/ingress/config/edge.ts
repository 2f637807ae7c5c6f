import { isIPv4 } from 'node:net';
import type {
  AnswerSettings,
  Blocked,
  ClientSettings,
  Compression,
  ConnectionSettings,
  EdgeSettings,
  EdgeTls,
  StreamSettings,
  TlsVersion,
  Tracing,
} from '../../model/edge.ts';
import type { HeaderValue } from '../../model/route-policy.ts';
import { byDefault, type Source } from '../../model/source.ts';
import type { Compatibility } from '../options.ts';
import type { AccessLogs } from './access-logs.ts';
import type { ControllerConfig } from './index.ts';
import { defaultConfig } from './read-config.ts';

/** What is read of more than one value. */
export interface EdgeParts {
  /** From the ConfigMaps that `proxy-set-headers` and `add-headers` name. */
  readonly headers: { readonly requests: readonly HeaderValue[]; readonly answers: readonly HeaderValue[] };
  readonly logs: AccessLogs;
  readonly tracing?: Tracing;
  readonly sources: readonly Source[];
}

export const defaultEdgeSettings = (): EdgeSettings =>
  edgeSettings(defaultConfig, { headers: { requests: [], answers: [] }, logs: {}, sources: [byDefault] }, 'kubernetes');

/** What the ConfigMap says of listeners, in the Model's words. */
export function edgeSettings(
  config: ControllerConfig,
  { headers, logs, tracing, sources }: EdgeParts,
  compatibility: Compatibility,
): EdgeSettings {
  const hsts = hstsOf(config.redirects);
  const { upstreams } = config;
  return {
    sources,
    ...(hsts === undefined ? {} : { hsts }),
    client: clientOf(config.clientAddress),
    requests: requestsOf(config.requestHeaders, headers),
    answers: answersOf(config.responseHeaders, headers, compatibility),
    connections: connectionsOf(config),
    tls: tlsOf(config.tls),
    compression: compressionOf(config.compression),
    blocked: blockedOf(config.access),
    upstreams: {
      idle: upstreams['upstream-keepalive-timeout'],
      age: Math.ceil(upstreams['upstream-keepalive-time'] / 1000),
      requests: upstreams['upstream-keepalive-requests'],
      ipv4Only: config.connections['disable-ipv6-dns'],
    },
    ...(logs.requests === undefined ? {} : { accessLog: logs.requests }),
    ...(tracing === undefined ? {} : { tracing }),
    streams: { ...streamsOf(config.streams), ...(logs.connections === undefined ? {} : { accessLog: logs.connections }) },
  };
}

/** As `header` of ingress-nginx's rootfs/etc/nginx/lua/lua_ingress.lua writes it. */
function hstsOf(keys: ControllerConfig['redirects']): string | undefined {
  if (!keys.hsts) return undefined;
  return [
    `max-age=${keys['hsts-max-age']}`,
    ...(keys['hsts-include-subdomains'] ? ['includeSubDomains'] : []),
    ...(keys['hsts-preload'] ? ['preload'] : []),
  ].join('; ');
}

/** The PROXY protocol comes before headers: see the use of `real_ip_header` in rootfs/etc/nginx/template/nginx.tmpl. */
function clientOf(keys: ControllerConfig['clientAddress']): ClientSettings {
  const believed = keys['use-forwarded-headers'];
  const trusted = keys['proxy-real-ip-cidr'];
  const address = { addressHeader: { name: keys['forwarded-for-header'], trusted } };
  return {
    trustedNetworks: trusted,
    ...(keys['use-proxy-protocol'] ? { proxyProtocol: { trusted } } : believed || keys['enable-real-ip'] ? address : {}),
    believesForwarded: believed,
    keepsForwardedFor: believed && keys['compute-full-forwarded-for'],
    hostHeader: keys['forwarded-host-header'],
  };
}

function requestsOf(keys: ControllerConfig['requestHeaders'], { requests }: EdgeParts['headers']): EdgeSettings['requests'] {
  return {
    identifiers: keys['generate-request-id'],
    originalUri: keys['proxy-add-original-uri-header'],
    underscores: keys['enable-underscores-in-headers'],
    plainNamesOnly: keys['ignore-invalid-headers'],
    set: requests,
  };
}

/** ingress-nginx drops `Server`, unless told otherwise; who checks conformance with Kubernetes looks for one. */
function answersOf(
  keys: ControllerConfig['responseHeaders'],
  { answers }: EdgeParts['headers'],
  compatibility: Compatibility,
): AnswerSettings {
  const remove = new Set(keys['hide-headers']);
  if (keys['server-tokens'] || keys['allow-backend-server-header']) return { set: answers, remove: [...remove] };
  if (compatibility === 'kubernetes' && !remove.has('server')) return { server: 'envoy', set: answers, remove: [...remove] };
  return { set: answers, remove: [...remove.add('server')] };
}

function connectionsOf({ connections: keys, http2, clientAddress }: ControllerConfig): ConnectionSettings {
  return {
    idle: keys['keep-alive'],
    // Without keep-alive a connection is for one request.
    requests: keys['keep-alive'] === 0 ? 1 : keys['keep-alive-requests'],
    head: keys['client-header-timeout'],
    streamIdle: keys['client-body-timeout'],
    start: Math.ceil(clientAddress['proxy-protocol-header-timeout'] / 1000),
    headKiB: Math.min(8192, Math.ceil(keys['large-client-header-buffers'] / 1024)),
    http2: http2['use-http2'],
    http2Streams: http2['http2-max-concurrent-streams'],
    addresses: keys['bind-address'].filter((address) => !keys['disable-ipv6'] || isIPv4(address)),
    ipv4Only: keys['disable-ipv6'],
  };
}

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const versionNames: Readonly<Record<(typeof versions)[number], TlsVersion>> = {
  TLSv1: 'TLSv1_0',
  'TLSv1.1': 'TLSv1_1',
  'TLSv1.2': 'TLSv1_2',
  'TLSv1.3': 'TLSv1_3',
};

function tlsOf(keys: ControllerConfig['tls']): EdgeTls {
  const allowed = versions.filter((version) => keys['ssl-protocols'].includes(version));
  const curves = keys['ssl-ecdh-curve'];
  return {
    lowest: versionNames[allowed[0] ?? 'TLSv1.2'],
    highest: versionNames[allowed.at(-1) ?? 'TLSv1.3'],
    ciphers: keys['ssl-ciphers'],
    ...(curves.length === 0 ? {} : { curves }),
    rejectUnknownNames: keys['ssl-reject-handshake'],
    tickets: keys['ssl-session-tickets'],
    ...(keys['ssl-session-ticket-key'] === undefined ? {} : { ticketKey: keys['ssl-session-ticket-key'] }),
    sessions: keys['ssl-session-cache'],
    sessionTimeout: Math.ceil(keys['ssl-session-timeout'] / 1000),
  };
}

/** Brotli first, as the better one where a client takes both. */
function compressionOf(keys: ControllerConfig['compression']): readonly Compression[] {
  const types = (listed: readonly string[]): readonly string[] => [...new Set(['text/html', ...listed])];
  const brotli = {
    algorithm: 'brotli' as const,
    level: keys['brotli-level'],
    minLength: keys['brotli-min-length'],
    contentTypes: types(keys['brotli-types']),
  };
  const gzip = {
    algorithm: 'gzip' as const,
    level: keys['gzip-level'],
    minLength: keys['gzip-min-length'],
    contentTypes: types(keys['gzip-types']),
    ...(keys['gzip-disable'] === undefined ? {} : { exceptUserAgents: keys['gzip-disable'] }),
  };
  return [...(keys['enable-brotli'] ? [brotli] : []), ...(keys['use-gzip'] ? [gzip] : [])];
}

function blockedOf(keys: ControllerConfig['access']): Blocked {
  return { networks: keys['block-cidrs'], userAgents: keys['block-user-agents'], referers: keys['block-referers'] };
}

/** Without a limit of tries each of a few pods has its turn. */
const manyTries = 10;

/** How long a try to connect to a pod may take, in seconds. */
const streamConnectTimeout = 5;

function streamsOf(keys: ControllerConfig['streams']): StreamSettings {
  const wanted = keys['proxy-stream-next-upstream-tries'] || manyTries;
  const time = keys['proxy-stream-next-upstream-timeout'];
  const fitting = time === 0 ? wanted : Math.ceil(time / (streamConnectTimeout * 1000));
  return {
    idle: Math.max(1, Math.ceil(keys['proxy-stream-timeout'] / 1000)),
    tries: keys['proxy-stream-next-upstream'] ? Math.min(wanted, fitting) : 1,
  };
}
