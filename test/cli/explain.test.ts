import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startDebugServer } from '../../src/debug/server.ts';
import { viewOf } from '../debug/view-for-tests.ts';
import { built } from '../support/build.ts';
import { NaruProcess } from './naru-process.ts';

async function explain(t: TestContext, args: readonly string[]) {
  const naru = NaruProcess.start(t, ['explain', ...args]);
  return { code: await naru.ended(), lines: naru.output.trimEnd().split('\n'), errors: naru.errors };
}

const demo = ['-f', 'manifests/demo'];

test('explain says which route wins, by whose wish, and why the others do not', async (t) => {
  const { code, lines } = await explain(t, ['GET', 'https://shop.localhost/other?x=1', '--verify', ...demo]);
  assert.equal(code, 0);
  assert.match(lines.at(-1) ?? '', /^VERIFIED by Envoy 1\.40\.0 in \d+ ms \(same route\)$/);
  assert.deepEqual(lines.slice(0, -1), [
    'WINNER   shop/web prefix /  ->  80 % shop/web/80, 20 % shop/web-v2/80',
    'BECAUSE  Ingress shop/web spec.rules[0].http.paths[0]  manifests/demo/shop.yaml:19',
    '         Ingress shop/web-canary spec.rules[0].http.paths[0]  manifests/demo/shop.yaml:42',
    'TLS      filter chain shop.localhost, server name shop.localhost, certificate of Naru default',
    'HOST     shop.localhost',
    'PATHS    tried in this order',
    '  1  Prefix  /api  no   the path does not begin so',
    '  2  Prefix  /     YES',
    'CANARY   weight 20 % -> canary, the others to the primary',
    '         weight by canary: "true" of Ingress shop/web-canary  manifests/demo/shop.yaml:34',
    '         weight by canary-weight: "20" of Ingress shop/web-canary  manifests/demo/shop.yaml:35',
    'UPSTREAM Host shop.localhost, timeout none (default), idle timeout 180s (default), retries 2 on connect-failure, refused-stream, reset-before-request (default)',
  ]);
});

test('explain tells the server name of the URL from another host in a header', async (t) => {
  const { lines } = await explain(t, ['GET', 'https://other.localhost/api', '-H', 'Host: shop.localhost', ...demo]);
  assert.ok(
    lines.includes('TLS      filter chain default/certificate, for server names without one, certificate of Naru default'),
    lines.join('\n'),
  );
  assert.ok(lines.includes('HOST     shop.localhost'));
});

test('explain says that nobody is for a host, which one is near, and ends with 1', async (t) => {
  const { code, lines } = await explain(t, ['GET', 'http://shop.lcoalhost/', ...demo]);
  assert.equal(code, 1);
  assert.deepEqual(lines, [
    'WINNER   answer 404',
    'BECAUSE  no object is for the host shop.lcoalhost, and there is no default backend',
    'CLOSEST  host shop.localhost of Ingress shop/web spec.rules[0].http.paths[1]. It is written nearly so.',
  ]);
});

test('explain says which annotation made the route, the rewrite, the timeouts and what filters do', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-explain-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const annotated = (name: string, service: string, annotations: readonly string[]) =>
    [
      '---\napiVersion: networking.k8s.io/v1\nkind: Ingress',
      `metadata:\n  name: ${name}\n  annotations:`,
      ...annotations.map((one) => `    nginx.ingress.kubernetes.io/${one}`),
      'spec:\n  rules:\n    - host: a.test\n      http:',
      `        paths: [{ path: /api(/|$)(.*), pathType: ImplementationSpecific, backend: { service: { name: ${service}, port: { number: 80 } } } }]`,
      `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${service} }\nspec: { ports: [{ port: 80 }] }\n`,
    ].join('\n');
  const main = annotated('api', 'one', [
    'use-regex: "true"',
    'rewrite-target: /$2',
    'proxy-read-timeout: "70"',
    'whitelist-source-range: 10.0.0.0/8',
  ]);
  writeFileSync(
    join(folder, 'a.yaml'),
    main + annotated('next', 'two', ['canary: "true"', 'canary-by-header: x-canary', 'canary-by-cookie: c', 'canary-weight: "20"']),
  );
  const endpoints = ['10.0.0.1', 'fd00::2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6'].map((address) => ({ addresses: [address] }));
  for (const [addressType, colon] of [
    ['IPv4', false],
    ['IPv6', true],
  ] as const) {
    const slice = {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType, ports: [{ port: 8080 }] },
      metadata: { name: `two-${addressType.toLowerCase()}`, labels: { 'kubernetes.io/service-name': 'two' } },
      endpoints: endpoints.filter(({ addresses: [address = ''] }) => address.includes(':') === colon),
    };
    writeFileSync(join(folder, `${addressType}.yaml`), JSON.stringify(slice));
  }
  const { lines } = await explain(t, ['GET', 'http://a.test/api/cart', '-H', 'x-canary: always', '-f', folder]);
  const at = (line: number) => `${folder}/a.yaml:${line}`;
  for (const line of [
    `         canary-by-header: "x-canary" of Ingress default/next  ${at(28)}`,
    'CANARY   header x-canary is "always" -> canary  (cookie c and weight 20 % not asked)',
    'REWRITE  /api/cart -> /cart',
    `         rewrite by rewrite-target: "/$2" of Ingress default/api  ${at(8)}`,
    `         idle timeout by proxy-read-timeout: "70" of Ingress default/api  ${at(9)}`,
    `         client-addresses by whitelist-source-range: "10.0.0.0/8" of Ingress default/api  ${at(10)}`,
  ])
    assert.ok(lines.includes(line), `${line}\n is not in\n${lines.join('\n')}`);
  const cluster = /^ENDPOINT (default\/two\/80~\w+) {2}/.exec(lines.find((line) => line.startsWith('ENDPOINT')) ?? '')?.[1];
  const first = '10.0.0.1:8080, 10.0.0.3:8080, 10.0.0.4:8080, 10.0.0.5:8080, 10.0.0.6:8080';
  assert.ok(lines.includes(`ENDPOINT ${cluster}  ${first} and 1 more`), lines.join('\n'));
});

test('explain says what is wrong with the path that wins', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-explain-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.yaml'), ingress.replace(/---[^]*/, ''));
  const { lines } = await explain(t, ['GET', 'http://a.test/', '-f', folder]);
  assert.equal(lines[0], 'WINNER   default/a prefix /  ->  answer 503 "Service Unavailable"');
  assert.match(lines[2] ?? '', /^NR501 {4}There is no Service default\/one\. Create the Service, or correct the name\./);
});

test('explain says how a path is written before a route is looked for', async (t) => {
  const { lines } = await explain(t, ['GET', 'http://shop.localhost/x/../api//%61', ...demo]);
  assert.ok(lines.includes('PATH     /x/../api//%61 is written /api/a'), lines.join('\n'));
  const escaped = await explain(t, ['GET', 'http://shop.localhost/a%2fb', ...demo]);
  assert.equal(escaped.lines[0], 'WINNER   redirect 307 to /a/b');
});

test('explain as JSON has the same, for programs', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-explain-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.yaml'), ingress);
  const { lines } = await explain(t, ['GET', 'http://a.test/x', '-f', folder, '-o', 'json']);
  const { outcome, tried } = JSON.parse(lines.join('\n')) as {
    outcome: { type: string; upstreams: { cluster: string }[] };
    tried: { name: string }[];
  };
  assert.deepEqual([outcome.type, outcome.upstreams.map(({ cluster }) => cluster), tried.length], ['forward', ['default/one/80'], 1]);
});

test('explain refuses what is no request, in plain words', async (t) => {
  for (const [args, message] of [
    [['get', 'http://a/'], /"get" is not a method/],
    [['GET', 'a.test/x'], /"a.test\/x" is not a URL/],
    [['GET', 'http://a/', '-H', 'oops'], /"oops" is not a header/],
  ] as const) {
    const { code, errors } = await explain(t, [...args, ...demo]);
    assert.equal(code, 2);
    assert.match(errors, message);
  }
});

test('explain asks a running Naru, and says so when there is none', async (t) => {
  const { current } = built([]);
  const view = viewOf({ fleets: () => [{ name: 'naru', current, history: [] }] });
  const server = await startDebugServer({ host: '127.0.0.1', port: 0, view, version: '1.2.3' });
  t.after(() => server.close());
  const { lines, code } = await explain(t, ['GET', 'http://nowhere.test/', '--server', `http://127.0.0.1:${server.port}`]);
  assert.equal(lines[0], 'WINNER   answer 404');
  assert.equal(code, 1);
  const none = await explain(t, ['GET', 'http://nowhere.test/', '--server', 'http://127.0.0.1:1']);
  assert.equal(none.code, 3);
  assert.match(none.errors, /No Naru answers at http:\/\/127\.0\.0\.1:1/);
});

const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: a }
spec:
  rules:
    - host: a.test
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: one, port: { number: 80 } } } }]
---
apiVersion: v1
kind: Service
metadata: { name: one }
spec: { ports: [{ port: 80 }] }
`;
