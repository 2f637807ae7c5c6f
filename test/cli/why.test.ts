import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NaruProcess } from './naru-process.ts';

const files = {
  'shop.yaml': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/upstream-vhost: "inner.example.com"
    nginx.ingress.kubernetes.io/proxy-buffers-number: "8"
spec:
  rules:
    - host: shop.example.com
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: api, port: { number: 80 } } } }]
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: { ports: [{ port: 80 }] }
`,
  'controller.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: naru, namespace: naru-system }
data: { keep-alive: "33" }
`,
} as const;

function folder(t: TestContext, contents: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'naru-why-'));
  t.after(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(path, name), text);
  return path;
}

async function naru(t: TestContext, ...args: readonly string[]) {
  const process = NaruProcess.start(t, args);
  return { code: await process.ended(), output: process.output, errors: process.errors };
}

const route = 'route_configuration.virtual_hosts[shop.example.com].routes[shop/api prefix /].route';

test('why says which annotation decides a field of Envoy, and what it would be without it', async (t) => {
  const path = folder(t, files);
  const { code, output } = await naru(
    t,
    'why',
    'host/shop.example.com',
    'routes[shop/api prefix /].route.host_rewrite_literal',
    '-f',
    path,
  );
  assert.equal(code, 0);
  assert.equal(
    output,
    `routes[shop/api prefix /].route.host_rewrite_literal is "inner.example.com"\n  Ingress shop/api metadata.annotations["nginx.ingress.kubernetes.io/upstream-vhost"]: "inner.example.com"   ${path}/shop.yaml:7\n    without it: (none)\n`,
  );
});

test('why takes the names of routes that get prints for scripts', async (t) => {
  const path = folder(t, files);
  const { output: names } = await naru(t, 'get', 'routes', '-o', 'name', '-f', path);
  const found = names.split('\n').find((name) => name.startsWith('route/shop/api'));
  assert.equal(found, 'route/shop/api:prefix:/');
  const { code, output } = await naru(t, 'why', found, 'route.host_rewrite_literal', '-f', path);
  assert.equal(code, 0);
  assert.match(output, /^route\.host_rewrite_literal is "inner\.example\.com"\n {2}Ingress shop\/api .*upstream-vhost/);
  assert.match((await naru(t, 'get', 'routes', 'shop/api:prefix:/', '-f', path)).output, /^HOST/);
});

test('why says what an annotation does', async (t) => {
  const { code, output } = await naru(t, 'why', 'ingress/shop/api', 'upstream-vhost', '-f', folder(t, files));
  assert.equal(code, 0);
  assert.ok(output.includes(`${route}.host_rewrite_literal  (none) -> "inner.example.com"`), output);
});

test('why says that an annotation does nothing, and why; of an object alone, what each does', async (t) => {
  const annotations = {
    'enable-rewrite-log': 'true',
    'proxy-conect-timeout': '5',
    'proxy-connect-timeout': '5',
    'upstream-vhost': 'inner.example.com',
  };
  const lines = Object.entries(annotations).map(([name, value]) => `    nginx.ingress.kubernetes.io/${name}: "${value}"\n`);
  const written = files['shop.yaml'].replace(
    / {4}nginx[^\n]*upstream-vhost[^\n]*\n[^\n]*\n/,
    `${lines.join('')}    example.com/mine: "1"\n`,
  );
  const path = folder(t, { 'shop.yaml': written });
  const { code, output } = await naru(t, 'why', 'ingress/shop/api', 'enable-rewrite-log', '-f', path);
  assert.equal(code, 1);
  assert.match(output, /NR215 warning[\s\S]*It changes nothing: what Envoys get is the same without it\.\n {2}\S/);
  const absent = await naru(t, 'why', 'ingress/shop/api', 'proxy-read-timeout', '-f', path);
  assert.match(absent.output, /^ingress\/shop\/api has no annotation proxy-read-timeout\. .* Without it: 60\.\n$/);
  const all = await naru(t, 'why', 'ingress/shop/api', '-f', path);
  assert.match(
    all.output,
    /proxy-conect-timeout: "5".*\n {2}changes nothing: There is no such annotation\. proxy-connect-timeout is near\./,
  );
  assert.match(all.output, /proxy-connect-timeout: "5".*\n {2}changes nothing: It says what holds without it: 5\./);
  assert.match(all.output, /upstream-vhost: .*\n {2}changes scope shop\.example\.com: \S*route\.host_rewrite_literal\n/);
  assert.match(all.output, /example\.com\/mine: .*\n {2}changes nothing: Naru reads no annotation of this name/);
});

test('why says that an annotation waits for another one, and that nothing acts beside a protection that is not to be had', async (t) => {
  const withAnnotations = (annotations: Readonly<Record<string, string>>) => {
    const lines = Object.entries(annotations).map(([name, value]) => `    nginx.ingress.kubernetes.io/${name}: "${value}"\n`);
    return { 'shop.yaml': files['shop.yaml'].replace(/( {4}nginx[^\n]*\n)+/, lines.join('')) };
  };
  const waiting = folder(t, withAnnotations({ 'auth-signin': 'https://auth.example.com/start' }));
  const { output } = await naru(t, 'why', 'ingress/shop/api', '-f', waiting);
  assert.match(output, /changes nothing: It adds to auth-url, which is absent here\./);
  const burst = folder(t, withAnnotations({ 'limit-burst-multiplier': '3' }));
  const unasked = await naru(t, 'why', 'ingress/shop/api', '-f', burst);
  assert.match(
    unasked.output,
    /changes nothing: .* Nothing asks for that here: something that it goes with is absent, or decides before it\./,
  );
  const denied = folder(t, withAnnotations({ 'auth-url': 'not a URL', 'upstream-vhost': 'inner.example.com' }));
  const beside = await naru(t, 'why', 'ingress/shop/api', 'upstream-vhost', '-f', denied);
  assert.match(beside.output, /The paths of this Ingress answer 503, because a protection that it asks for is not to be had/);
});

test('why finds keys of the ConfigMap in both directions', async (t) => {
  const path = folder(t, files);
  const configmap = ['--configmap', 'naru-system/naru', '-f', path];
  const manager = 'filter_chains[http].filters[envoy.filters.network.http_connection_manager].typed_config';
  const field = `${manager}.common_http_protocol_options.idle_timeout`;
  const { output } = await naru(t, 'why', 'listener/http', field, ...configmap);
  assert.match(output, /is "33s"\n {2}ConfigMap naru-system\/naru data\.keep-alive: "33"/);
  const effect = await naru(t, 'why', 'configmap', 'keep-alive', ...configmap);
  assert.match(effect.output, /~ listener http\n.*idle_timeout {2}"75s" -> "33s"/);
  const absent = await naru(t, 'why', 'configmap', 'hsts-max-age', ...configmap);
  assert.equal(absent.output, 'configmap has no key hsts-max-age. Its `max-age`. Without it: 31536000.\n');
});

test('why says when nobody decides a field', async (t) => {
  const { output } = await naru(t, 'why', 'cluster/shop/api/80', 'connect_timeout', '-f', folder(t, files));
  assert.match(output, /No annotation and no key of the ConfigMap decides it/);
  assert.match(output, /The annotation proxy-connect-timeout can decide it, and so can the key proxy-connect-timeout\.\n/);
  const none = await naru(t, 'why', 'cluster/shop/nothing/80', 'connect_timeout', '-f', folder(t, files));
  assert.equal(none.code, 2);
  assert.match(none.errors, /There is no cluster\/shop\/nothing\/80/);
});

test('diff says what files would change before they are applied', async (t) => {
  const base = folder(t, files);
  const changed = folder(t, { 'shop.yaml': files['shop.yaml'].replace('inner.', 'other.') });
  const { code, output } = await naru(t, 'diff', '--against', base, '-f', changed);
  assert.equal(code, 1);
  assert.equal(
    output,
    `~ scope shop.example.com\n    ${route}.host_rewrite_literal  "inner.example.com" -> "other.example.com"\n0 added, 1 changed, 0 removed.\n`,
  );
  const same = await naru(t, 'diff', '--against', base, '-f', base);
  assert.deepEqual([same.code, same.output], [0, 'Nothing that Envoys get differs.\n']);
});
