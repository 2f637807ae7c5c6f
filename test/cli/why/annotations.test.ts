// `naru why` in both directions for every annotation: what it changes, and for each of these fields that it is by this annotation; or why it changes nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { effectOf } from '../../../src/cli/why/effect.ts';
import { type Setting, settingOf } from '../../../src/cli/why/settings-of.ts';
import type { Field } from '../../../src/ingress/annotations/field.ts';
import { known } from '../../../src/ingress/annotations/read.ts';
import type { Build } from '../../../src/runtime/build.ts';
import { fieldsNotTracedTo } from './both-ways.ts';
import { whySettings, worldOf } from './world.ts';

/** What it takes for an annotation to act, besides the one that its row says it needs. */
interface Example {
  readonly value?: string;
  readonly besides?: Readonly<Record<string, string>>;
  readonly https?: true;
  readonly path?: string;
  /** It stands on the canary of an Ingress with these annotations. */
  readonly primary?: Readonly<Record<string, string>>;
  readonly keys?: Readonly<Record<string, string>>;
}

const check = { 'auth-url': 'https://auth.example.com/check' };
const passwords = { 'auth-type': 'basic', 'auth-secret': 'users' };
const toPods = { besides: { 'backend-protocol': 'HTTPS' } };
const clients = { besides: { 'auth-tls-secret': 'signers' }, https: true } as const;
const errors = { 'custom-http-errors': '503' };
const moved = { 'proxy-redirect-from': 'http://pods.internal/', 'proxy-redirect-to': '/app/' };
const traced = { keys: { 'otlp-collector-host': 'collector.example.com', 'enable-opentelemetry': 'true' } };

const examples: Readonly<Record<string, Example>> = {
  canary: { primary: {}, besides: { 'canary-weight': '10' } },
  'canary-weight': { primary: {} },
  'canary-weight-total': { primary: {}, besides: { 'canary-weight': '10' } },
  'canary-by-header': { primary: {} },
  'canary-by-header-value': { primary: {}, besides: { 'canary-by-header': 'X-Canary' } },
  'canary-by-header-pattern': { primary: {}, besides: { 'canary-by-header': 'X-Canary' } },
  'canary-by-cookie': { primary: {} },
  'affinity-canary-behavior': { primary: { affinity: 'cookie' }, besides: { canary: 'true', 'canary-weight': '10' } },
  'proxy-buffer-size': { value: '128k' },
  'auth-type': { besides: { 'auth-secret': 'users' } },
  'auth-secret-type': { besides: { ...passwords, 'auth-secret': 'by-name' } },
  'auth-realm': { besides: passwords },
  'auth-signin-redirect-param': { besides: { 'auth-signin': 'https://auth.example.com/start' } },
  'auth-cache-duration': { besides: { 'auth-cache-key': '$cookie_session' } },
  'auth-proxy-set-headers': { value: 'headers' },
  'auth-snippet': { besides: check },
  'enable-global-auth': { keys: { 'global-auth-url': 'https://auth.example.com/check' } },
  satisfy: { besides: { ...check, 'whitelist-source-range': '10.0.0.0/8' } },
  'limit-burst-multiplier': { besides: { 'limit-rps': '5' } },
  'limit-allowlist': { besides: { 'limit-rps': '5' } },
  'limit-whitelist': { besides: { 'limit-rps': '5' } },
  'opentelemetry-operation-name': traced,
  'enable-opentelemetry': { ...traced, value: 'false' },
  'opentelemetry-trust-incoming-span': { ...traced, value: 'false' },
  'proxy-redirect-from': { besides: moved },
  'proxy-redirect-to': { besides: moved },
  'relative-redirects': { besides: moved },
  'auth-tls-secret': { value: 'signers', https: true },
  'auth-tls-verify-client': clients,
  'auth-tls-verify-depth': clients,
  'auth-tls-error-page': clients,
  'auth-tls-pass-certificate-to-upstream': clients,
  'auth-tls-match-cn': clients,
  'proxy-ssl-secret': toPods,
  'proxy-ssl-verify': { besides: { ...toPods.besides, 'proxy-ssl-name': 'pods.example.com' } },
  'proxy-ssl-verify-depth': { besides: { ...toPods.besides, 'proxy-ssl-name': 'pods.example.com', 'proxy-ssl-verify': 'on' } },
  'proxy-ssl-name': { besides: { ...toPods.besides, 'proxy-ssl-verify': 'on' } },
  'proxy-ssl-server-name': { besides: { ...toPods.besides, 'proxy-ssl-name': 'pods.example.com' } },
  'proxy-ssl-protocols': { ...toPods, value: 'TLSv1.3' },
  'proxy-ssl-ciphers': toPods,
  'ssl-ciphers': { https: true },
  'ssl-prefer-server-ciphers': { https: true },
  'ssl-redirect': { https: true },
  'force-ssl-redirect': {},
  'preserve-trailing-slash': { https: true, path: '/app/' },
  'use-port-in-redirects': { https: true },
  'mirror-host': { value: 'other.example.com' },
  'session-cookie-path': { value: '/app' },
  'session-cookie-conditional-samesite-none': { besides: { 'session-cookie-samesite': 'None' } },
  'custom-headers': { value: 'default/headers', keys: { 'global-allowed-response-headers': 'X-One' } },
  'default-backend': { value: 'next', besides: errors },
  'disable-proxy-intercept-errors': { besides: errors },
};

/** Without them such an annotation closes its paths. */
const forCritical = { 'annotations-risk-level': 'Critical', 'allow-snippet-annotations': 'true' };

function ingressesFor(name: string, { needs, example }: Field<unknown>) {
  const { value = example, besides = {}, https, path = '/', primary } = examples[name] ?? {};
  const needed = needs === undefined ? {} : { [needs]: examples[needs]?.value ?? known.get(needs)?.example ?? '' };
  const host = `${name}.example.com`;
  const own = {
    ...{
      name,
      host,
      paths: [`Prefix ${path} ${primary === undefined ? 'web' : 'next'}`],
      annotations: { ...needed, ...besides, [name]: value },
    },
    ...(https && { tls: [`tls ${host}`] }),
  };
  return primary === undefined ? [own] : [{ name: `${name}-primary`, host, paths: [`Prefix ${path} web`], annotations: primary }, own];
}

function settingIn(build: Build, name: string): Setting {
  const setting = settingOf(build, `ingress/${name}`, name, whySettings);
  assert.ok(setting, name);
  return setting;
}

describe('naru why', () => {
  for (const [name, field] of known) {
    test(name, async () => {
      const build = await worldOf(ingressesFor(name, field), { ...(field.risk === 'Critical' && forCritical), ...examples[name]?.keys });
      const setting = settingIn(build, name);
      const { changes, reasons } = effectOf(build, setting, whySettings);
      const { support, inert } = field;
      if (support.level === 'reported' || inert === true) {
        const reason = support.level === 'reported' ? support.instead : support.level === 'differs' ? support.how : field.doc;
        assert.deepEqual({ changes, reasons }, { changes: [], reasons: [reason] });
        return;
      }
      assert.notDeepEqual(changes, [], reasons.join(' '));
      assert.deepEqual(fieldsNotTracedTo(setting, changes, build), []);
    });
  }
});
