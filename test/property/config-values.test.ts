// Whatever the controller's ConfigMap says: each key acts with what it takes, is named with what it does not take, and Envoy refuses nothing.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { ConfigKey } from '../../src/ingress/config/concern.ts';
import { knownKeys } from '../../src/ingress/config/read-config.ts';
import { printFallback } from '../../src/ingress/config/setting.ts';
import { isReadAnnotation } from '../../src/ingress/config/tables.ts';
import type { ConfigMap, KubeObject } from '../../src/kube/objects.ts';
import type { Build } from '../../src/runtime/build.ts';
import { makeDefaultCertificate } from '../../src/runtime/default-certificate.ts';
import { typeNames } from '../../src/snapshot/resource.ts';
import { buildOptions, built } from '../support/build.ts';
import { issueCertificate } from '../support/certificate-kinds.ts';
import { ingress, metadata, naruClass, service, slice, upsert } from '../support/objects.ts';
import { ocspResponse } from '../support/ocsp.ts';
import { proofOfSuite } from '../support/proof.ts';
import { nastyText } from '../xds/nasty-text.ts';

type Data = Readonly<Record<string, string>>;

const acting = [...knownKeys].filter(
  ([, { support }]) => support.type !== 'not read' && (support.type !== 'annotation' || isReadAnnotation(support.annotation)),
);

/** Values that a key takes, by its type or else by its name; of booleans and numbers they are found. */
const values: Readonly<Record<string, readonly string[]>> = {
  time: ['0', '7s', '7m', '1h 30m'],
  size: ['0', '9k', '2m'],
  'list of CIDR': ['10.0.0.0/8,2001:db8::/32', '192.0.2.1'],
  'header name': ['X-Other'],
  'namespace/name': ['shop/headers', 'shop/absent'],
  'list of header name': ['X-One, Server'],
  'list of path': ['/a,/b'],
  'number and size': ['1 1k', '8 9m'],
  'ssl-protocols': ['TLSv1.3', 'TLSv1 TLSv1.2'],
  'ssl-ciphers': ['ECDHE-RSA-AES128-GCM-SHA256', 'DHE-RSA-AES128-GCM-SHA256'],
  'ssl-ecdh-curve': ['X25519:secp384r1', 'auto'],
  'ssl-session-ticket-key': [Buffer.alloc(80, 1).toString('base64')],
  'bind-address': ['127.0.0.2, ::1', '2001:db8::1'],
  'proxy-next-upstream': ['off', 'http_502 non_idempotent'],
  'proxy-cookie-domain': ['a.test b.test'],
  'proxy-cookie-path': ['/a /b'],
  'beginning of a URL': ['http://a.test/', 'off'],
  'list of status': ['404,503'],
  'list of text or `~` and regular expression': ['curl,~*bot'],
  'status code': ['429', '400'],
  URL: ['https://auth.test/check'],
  method: ['POST', 'HEAD'],
  text: ['word', '$host'],
  'statuses and times': ['200 1m', 'any 5s'],
  'list of text': ['web'],
  'list of content type': ['text/css', '*'],
  'regular expression': ['bot', 'msie6'],
  path: ['/dev/stderr'],
  'format of nginx': ['$host', '{"a": $status}'],
  host: ['collector.test', '192.0.2.1', '::1'],
  'text with variables': ['$request_method 100%'],
  ratio: ['0', '0.25', '1'],
};

const numbers = ['0', '1', '7', '404', '80', '65535', '999999999'];

/** What a key takes, besides its default. */
function rightOf(name: string, { setting }: ConfigKey<unknown>): readonly string[] {
  const { type, parse } = setting.grammar;
  const words = type.startsWith('`') || /^\d/.test(type) ? type.replaceAll('`', '').split(', ') : [];
  const candidates = values[name] ?? values[type] ?? (type === 'boolean' ? ['true', 'false'] : words.length > 0 ? words : numbers);
  return candidates.filter((text) => text !== printFallback(setting) && parse(text).ok);
}

/** What it does not take; undefined: it takes anything. */
function wrongOf({ setting }: ConfigKey<unknown>): string | undefined {
  return ['~*(?=', 'a b\nc', '-1', '"', '$nobody'].find((text) => !setting.grammar.parse(text).ok);
}

/** Settings beside which a key may act that does nothing alone. */
const beside: readonly Data[] = [
  {},
  {
    ...{ 'use-gzip': 'true', 'enable-brotli': 'true', 'otlp-collector-host': 'collector.test', 'use-forwarded-headers': 'true' },
    ...{ 'bind-address': '127.0.0.2,::1', 'ssl-session-cache': 'false', 'log-format-upstream': '{"a": "$host"}', 'proxy-redirect-to': '/' },
  },
  {
    ...{ 'enable-opentelemetry': 'true', 'otlp-collector-host': 'collector.test', 'otel-sampler': 'TraceIdRatioBased' },
    ...{ 'global-auth-url': 'https://auth.test/', 'global-auth-signin': 'https://auth.test/in', 'global-auth-cache-key': '$host' },
    ...{ 'ssl-session-tickets': 'true', 'proxy-redirect-from': 'http://a.test/', 'custom-http-errors': '404' },
  },
  {
    ...{ 'proxy-redirect-from': 'http://a.test/', 'proxy-redirect-to': 'http://b.test/', 'annotations-risk-level': 'Critical' },
  },
];

/** Keys that change nothing that an Envoy gets: what they ask for holds always, or never. */
const unseen = [
  ...['global-auth-always-set-cookie', 'log-format-escape-none', 'proxy-buffering', 'proxy-http-version'],
  ...['proxy-ssl-location-only', 'proxy-stream-responses'],
];

const prefix = 'nginx.ingress.kubernetes.io';

function configMap(data: Data): ConfigMap {
  return { kind: 'ConfigMap', metadata: metadata('naru'), data };
}

function annotated(name: string, annotations: Data, tls: Parameters<typeof ingress>[0]['tls'] = []): KubeObject {
  const written = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`${prefix}/${key}`, value]));
  const paths = [{ path: '/a', service: name === 'external' ? name : 'web' }];
  return ingress({ name, host: `${name}.test`, paths, tls, metadata: { annotations: written } });
}

const others: readonly KubeObject[] = [
  naruClass,
  service('web'),
  slice('web-1', 'web', ['10.0.0.1']),
  annotated('plain', { 'default-backend': 'web' }),
  annotated('secure', { 'force-ssl-redirect': 'true' }, [{ hosts: ['secure.test'] }]),
  annotated('plain-tls', {}, [{ hosts: ['plain-tls.test'] }]),
  annotated('stapled', {}, [{ hosts: ['stapled.test'], secretName: 'stapled' }]),
  annotated('limited', { 'limit-rps': '5', 'limit-connections': '5', 'limit-rate': '9', 'app-root': '/b' }),
  annotated('headers', { 'custom-headers': 'shop/headers' }),
  annotated('closed', { 'auth-type': 'basic', 'auth-secret': 'other/users' }),
  annotated('external', {}),
  annotated('snippet', { 'configuration-snippet': 'more_set_headers "X-One: word";' }),
  {
    kind: 'Secret',
    metadata: metadata('users', { namespace: 'other' }),
    type: 'Opaque',
    data: { auth: Buffer.from('ada:{PLAIN}secret') },
  },
  {
    kind: 'Service',
    metadata: metadata('external'),
    spec: { type: 'ExternalName', externalName: 'external.test', ports: [{ name: '', port: 80, protocol: 'TCP' }] },
  } as unknown as KubeObject,
  { kind: 'ConfigMap', metadata: metadata('headers'), data: { 'X-One': 'word' } },
  { kind: 'ConfigMap', metadata: metadata('tcp'), data: { '9000': 'shop/web:80' } },
];

describe('whatever the ConfigMap says', () => {
  /** A build that has read everything, and the ConfigMap with this. */
  let withData: (data: Data) => Build;
  before(async () => {
    const options = {
      ...buildOptions,
      listen: { ...buildOptions.listen, defaultCertificate: await makeDefaultCertificate() },
      ingress: {
        ...buildOptions.ingress,
        configMap: 'shop/naru',
        https: { port: 8443, named: false },
        streams: { tcp: 'shop/tcp', reserved: [] },
      },
    };
    const { chain, privateKey } = await issueCertificate({ names: ['stapled.test'] });
    const stapled: KubeObject = {
      kind: 'Secret',
      metadata: metadata('stapled'),
      data: { 'tls.crt': Buffer.from(chain), 'tls.key': Buffer.from(privateKey), 'tls.ocsp-staple': ocspResponse(chain) },
    };
    withData = (data) => built([...others, stapled, configMap(data)], options);
  });

  const resources = ({ current }: Build): string =>
    typeNames.map((type) => [...(current?.resources[type].values() ?? [])].map(({ name, version }) => `${name} ${version}`).sort()).join();
  const complaints = (build: Build, name: string): readonly string[] =>
    build.problems().flatMap(({ code, source }) => (source.field === `data.${name}` && code === 'NR802' ? [code] : []));

  test('each key that acts takes what it is for, and changes what Envoys get', () => {
    const bases = beside.map((data) => {
      const build = withData(data);
      return { data, build, usual: resources(build) };
    });
    const idle = acting.filter(([name, key]) => {
      const right = rightOf(name, key);
      assert.ok(right.length > 0, `no value is known for ${name}`);
      return !bases.some(({ data, build, usual }) =>
        right.some((value) => {
          build.apply([upsert(configMap({ ...data, [name]: value }))]);
          assert.deepEqual([name, ...complaints(build, name)], [name]);
          return resources(build) !== usual;
        }),
      );
    });
    assert.deepEqual(idle.map(([name]) => name).sort(), unseen);
  });

  test('a value that a key does not take is named, and means the default', () => {
    const build = withData({});
    const usual = resources(build);
    for (const [name, key] of acting) {
      const wrong = wrongOf(key);
      if (wrong === undefined) continue;
      build.apply([upsert(configMap({ [name]: wrong }))]);
      assert.deepEqual([name, ...complaints(build, name)], [name, 'NR802']);
      assert.equal(resources(build), usual, name);
    }
  });

  describe('the real Envoy', () => {
    const proof = proofOfSuite();

    test('takes every value that a key takes', async () => {
      const most = Math.max(...acting.map(([name, key]) => rightOf(name, key).length));
      for (let turn = 0; turn < most; turn += 1) {
        const all = acting.flatMap(([name, key]) => {
          const right = rightOf(name, key);
          return right.length === 0 ? [] : [[name, right[Math.min(turn, right.length - 1)] ?? '']];
        });
        const data = Object.fromEntries(all) as Data;
        assert.deepEqual(await proof.refusalsOf(withData(data).current), [], JSON.stringify(data));
      }
    });

    test('refuses nothing', async () => {
      const some = fc
        .constantFrom(...acting)
        .chain(([name, key]) =>
          fc.oneof(fc.constantFrom('', ...rightOf(name, key)), nastyText).map((value): [string, string] => [name, value]),
        );
      const data = fc.array(some, { maxLength: 12 }).map((entries): Data => Object.fromEntries(entries));
      await fc.assert(
        fc.asyncProperty(data, fc.constantFrom(...beside), async (own, base) => {
          const build = withData({ ...base, ...own });
          assert.deepEqual(await proof.refusalsOf(build.current), []);
          assert.deepEqual(
            build.problems().filter(({ code }) => code === 'NR901'),
            [],
          );
        }),
        { numRuns: 60, interruptAfterTimeLimit: 10_000 },
      );
    });
  });
});
