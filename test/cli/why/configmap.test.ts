// `naru why` in both directions for every key of the ConfigMap: what it changes, and for these fields that it is by this key; or why it changes nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { effectOf } from '../../../src/cli/why/effect.ts';
import { settingOf } from '../../../src/cli/why/settings-of.ts';
import type { ConfigKey } from '../../../src/ingress/config/concern.ts';
import { knownKeys } from '../../../src/ingress/config/read-config.ts';
import { fieldsNotTracedTo } from './both-ways.ts';
import { whySettings, worldOf } from './world.ts';

/** What it takes for a key to act: of a boolean, by itself, the opposite of its default. */
interface Example {
  readonly value?: string;
  readonly besides?: Readonly<Record<string, string>>;
  /** Of the Ingress. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly path?: string;
  /** Of the Secret with its certificate; null: there is none. */
  readonly tls?: string | null;
}

const gzip = { 'use-gzip': 'true' };
const brotli = { 'enable-brotli': 'true' };
const traced = { 'otlp-collector-host': 'collector.example.com', 'enable-opentelemetry': 'true' };
const asked = { 'global-auth-url': 'https://auth.example.com/check' };
const errors = { 'custom-http-errors': '503' };
const moved = { 'proxy-redirect-from': 'http://pods.internal/', 'proxy-redirect-to': '/app/' };

const examples: Readonly<Record<string, Example>> = {
  'proxy-protocol-header-timeout': { value: '7s', besides: { 'use-proxy-protocol': 'true' } },
  'proxy-real-ip-cidr': { value: '10.0.0.0/8', besides: { 'use-forwarded-headers': 'true' } },
  'forwarded-for-header': { value: 'X-Client', besides: { 'use-forwarded-headers': 'true' } },
  'forwarded-host-header': { value: 'X-Host', besides: { 'use-forwarded-headers': 'true' } },
  'compute-full-forwarded-for': { besides: { 'use-forwarded-headers': 'true' } },
  'proxy-set-headers': { value: 'default/headers' },
  'add-headers': { value: 'default/headers' },
  'hide-headers': { value: 'X-Powered-By' },
  'force-ssl-redirect': { tls: null },
  'preserve-trailing-slash': { path: '/app/' },
  'relative-redirects': { annotations: moved },
  'http-redirect-code': { value: '301' },
  'no-tls-redirect-locations': { value: '/app', path: '/app' },
  'hsts-max-age': { value: '60' },
  'ssl-protocols': { value: 'TLSv1.3' },
  'ssl-ciphers': { value: 'ECDHE-RSA-AES128-GCM-SHA256' },
  'ssl-ecdh-curve': { value: 'X25519' },
  'ssl-session-tickets': { besides: { 'ssl-session-cache': 'false' } },
  'ssl-session-timeout': { value: '5m' },
  'ssl-session-ticket-key': { value: Buffer.alloc(80, 1).toString('base64'), besides: { 'ssl-session-tickets': 'true' } },
  'enable-ocsp': { tls: 'stapled' },
  'http2-max-concurrent-streams': { value: '64' },
  'keep-alive': { value: '33' },
  'keep-alive-requests': { value: '50' },
  'client-header-timeout': { value: '10' },
  'client-body-timeout': { value: '20' },
  'large-client-header-buffers': { value: '4 16k' },
  'bind-address': { value: '192.0.2.1' },
  'disable-ipv6': { besides: { 'bind-address': '192.0.2.1, 2001:db8::1' } },
  'upstream-keepalive-requests': { value: '100' },
  'upstream-keepalive-time': { value: '10m' },
  'upstream-keepalive-timeout': { value: '5' },
  'proxy-connect-timeout': { value: '7' },
  'proxy-read-timeout': { value: '70' },
  'proxy-send-timeout': { value: '70' },
  'proxy-next-upstream': { value: 'http_502' },
  'proxy-next-upstream-timeout': { value: '9' },
  'proxy-next-upstream-tries': { value: '5' },
  'load-balance': { value: 'ewma' },
  'proxy-body-size': { value: '2m' },
  'proxy-request-buffering': { value: 'on' },
  'proxy-buffer-size': { value: '128k' },
  'proxy-cookie-domain': { value: 'pods.internal example.com' },
  'proxy-cookie-path': { value: '/app/ /' },
  'proxy-redirect-from': { value: 'http://pods.internal/', besides: { 'proxy-redirect-to': '/app/' } },
  'proxy-redirect-to': { value: '/app/', besides: { 'proxy-redirect-from': 'http://pods.internal/' } },
  'custom-http-errors': { value: '503' },
  'disable-proxy-intercept-errors': { besides: errors },
  'block-cidrs': { value: '203.0.113.0/24' },
  'block-user-agents': { value: '~*badbot' },
  'block-referers': { value: 'http://bad.example.com' },
  'whitelist-source-range': { value: '10.0.0.0/8' },
  'denylist-source-range': { value: '10.0.0.0/8' },
  'limit-req-status-code': { value: '429', annotations: { 'limit-rps': '5' } },
  'limit-conn-status-code': { value: '429', annotations: { 'limit-connections': '5' } },
  'limit-rate': { value: '100' },
  'global-auth-url': { value: 'https://auth.example.com/check' },
  'global-auth-method': { value: 'POST', besides: asked },
  'global-auth-signin': { value: 'https://auth.example.com/start', besides: asked },
  'global-auth-signin-redirect-param': { value: 'next', besides: { ...asked, 'global-auth-signin': 'https://auth.example.com/start' } },
  'global-auth-response-headers': { value: 'X-User', besides: asked },
  'global-auth-request-redirect': { value: 'https://$host/', besides: asked },
  'global-auth-cache-key': { value: '$cookie_session', besides: asked },
  'global-auth-cache-duration': { value: '200 1m', besides: { ...asked, 'global-auth-cache-key': '$cookie_session' } },
  'no-auth-locations': { value: '/app', path: '/app', besides: asked },
  'allow-snippet-annotations': {
    besides: { 'annotations-risk-level': 'Critical' },
    annotations: { 'configuration-snippet': 'more_set_headers "X-A: b";' },
  },
  'annotations-risk-level': {
    value: 'Low',
    annotations: { 'upstream-vhost': 'inner.example.com', 'mirror-target': 'https://a.example.com' },
  },
  'annotation-value-word-blocklist': { value: 'inner', annotations: { 'upstream-vhost': 'inner.example.com' } },
  'allow-cross-namespace-resources': { annotations: { 'auth-type': 'basic', 'auth-secret': 'other/users' } },
  'global-allowed-response-headers': { value: 'X-One', annotations: { 'custom-headers': 'default/headers' } },
  'gzip-level': { value: '6', besides: gzip },
  'gzip-min-length': { value: '100', besides: gzip },
  'gzip-types': { value: 'application/json', besides: gzip },
  'gzip-disable': { value: 'msie6', besides: gzip },
  'brotli-level': { value: '6', besides: brotli },
  'brotli-min-length': { value: '100', besides: brotli },
  'brotli-types': { value: 'application/json', besides: brotli },
  'access-log-path': { value: '/dev/stderr' },
  'http-access-log-path': { value: '/dev/stderr' },
  'stream-access-log-path': { value: '/dev/stderr' },
  'log-format-upstream': { value: '$remote_addr' },
  'log-format-stream': { value: '$remote_addr' },
  'log-format-escape-json': { besides: { 'log-format-upstream': '{"at": "$time_iso8601"}' } },
  'skip-access-log-urls': { value: '/healthz' },
  'proxy-stream-timeout': { value: '60s' },
  'proxy-stream-next-upstream-tries': { value: '2' },
  'proxy-stream-next-upstream-timeout': { value: '5s' },
  'enable-opentelemetry': { besides: { 'otlp-collector-host': 'collector.example.com' } },
  'otlp-collector-host': { value: 'collector.example.com', besides: { 'enable-opentelemetry': 'true' } },
  'otlp-collector-port': { value: '14317', besides: traced },
  'otel-service-name': { value: 'edge', besides: traced },
  'opentelemetry-operation-name': { value: 'HTTP $host', besides: traced },
  'opentelemetry-trust-incoming-span': { besides: traced },
  'otel-sampler': { value: 'AlwaysOff', besides: traced },
  'otel-sampler-ratio': { value: '0.25', besides: { ...traced, 'otel-sampler': 'TraceIdRatioBased' } },
  'otel-sampler-parent-based': { besides: traced },
  'otel-max-queuesize': { value: '100', besides: traced },
};

/** Read, and nothing that Envoys get follows from it, as its note says. */
const idle: ReadonlySet<string> = new Set([
  ...[
    'proxy-http-version',
    'proxy-ssl-location-only',
    'proxy-buffering',
    'limit-rate-after',
    'log-format-escape-none',
    'global-auth-always-set-cookie',
    'proxy-stream-responses',
  ],
]);

function valueFor(name: string, { setting }: ConfigKey<unknown>): string {
  const value = examples[name]?.value ?? (typeof setting.fallback === 'boolean' ? String(!setting.fallback) : undefined);
  return value ?? setting.shown ?? String(setting.fallback);
}

describe('naru why configmap', () => {
  for (const [name, key] of knownKeys) {
    test(name, async () => {
      const { annotations = {}, besides = {}, path = '/', tls = 'tls' } = examples[name] ?? {};
      const ingress = { name: 'web', host: 'a.example.com', paths: [`Prefix ${path} web`, 'Prefix /outside outside'] };
      const given = { ...ingress, annotations, tls: tls === null ? [] : [`${tls} a.example.com`] };
      const build = await worldOf([given], { ...besides, [name]: valueFor(name, key) });
      const setting = settingOf(build, 'configmap', name, whySettings);
      assert.ok(setting);
      const { changes, reasons } = effectOf(build, setting, whySettings);
      const { support } = key;
      if (support.type === 'not read' || idle.has(name)) {
        assert.deepEqual(changes, []);
        assert.ok(reasons.length > 0);
        return;
      }
      assert.notDeepEqual(changes, [], reasons.join(' '));
      assert.deepEqual(fieldsNotTracedTo(setting, changes, build), []);
    });
  }
});
