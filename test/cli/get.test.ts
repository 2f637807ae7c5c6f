// `naru get` by files; by a running Naru it is in live.test.ts.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gatewayExample } from './gateway-example.ts';
import { NaruProcess } from './naru-process.ts';

async function get(t: TestContext, ...args: readonly string[]) {
  const process = NaruProcess.start(t, ['get', ...args]);
  const code = await process.ended();
  const rows = process.output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  return { code, output: process.output, errors: process.errors, rows };
}

test('routes and hosts of Ingresses, by files', async (t) => {
  const { rows } = await get(t, 'routes', '-f', 'manifests/demo', '-n', 'shop');
  assert.deepEqual(rows, [
    ['HOST', 'TYPE', 'PATH', 'IF', 'TO', 'ENDPOINTS', 'FROM'],
    ['shop.localhost', 'Prefix', '/api', '-', 'shop/api/80', '0', 'Ingress shop/web'],
    ['shop.localhost', 'Prefix', '/', '-', 'shop/web/80 80 %, shop/web-v2/80 20 %', '0', 'Ingress shop/web, Ingress shop/web-canary'],
  ]);
  assert.equal((await get(t, 'routes', '-f', 'manifests/demo', '-n', 'other')).output, 'There are no routes.\n');
  const hosts = await get(t, 'hosts', 'shop.localhost', '-f', 'manifests/demo', '-o', 'json');
  const [host] = JSON.parse(hosts.output) as readonly { routes: number; certificate: string }[];
  assert.deepEqual([host?.routes, host?.certificate], [2, 'shop.localhost']);
  assert.equal((await get(t, 'host', '-f', 'manifests/demo', '-o', 'name')).output, 'host/shop.localhost\n');
});

test('listeners, routes, clusters and endpoints of a Gateway', async (t) => {
  const file = gatewayExample(t);
  const columns = async (what: string, ...indexes: readonly number[]): Promise<readonly (readonly (string | undefined)[])[]> =>
    (await get(t, what, '-f', file)).rows.slice(1).map((row) => indexes.map((index) => row[index]));
  assert.deepEqual(await columns('listeners', 0, 2, 4, 5), [
    ['0.0.0.0:5432', 'TCP', '-', 'Gateway shop/edge'],
    ['0.0.0.0:80', 'HTTP', '-', 'Gateway shop/edge'],
    ['0.0.0.0:8444', 'TLS', 'a.pass.example.com', 'Gateway shop/edge'],
    ['http', 'HTTP', '-', 'Naru default'],
    ['https', 'HTTPS', '-', 'Naru default'],
  ]);
  assert.deepEqual(await columns('routes', 0, 2, 3, 4, 5, 6), [
    ['shop.example.com', '/cart', 'method POST', 'shop/cart/80', '0', 'HTTPRoute shop/web'],
    ['shop.example.com', '/cart', '-', 'shop/web/80 75 %, shop/cart/80 25 %', '2', 'HTTPRoute shop/web'],
  ]);
  assert.deepEqual(await columns('backends', 0, 2, 5), [
    ['naru-authz', '0', 'Naru default'],
    ['shop/cart/80', '0', 'Service shop/cart'],
    ['shop/web/80', '2', 'Service shop/web'],
  ]);
  assert.deepEqual(await columns('endpoints', 0, 1), [
    ['shop/web/80', '10.0.0.1:8080'],
    ['shop/web/80', '10.0.0.2:8080'],
  ]);
  const yaml = await get(t, 'clusters', 'shop/web/80', '-f', file, '-o', 'yaml');
  assert.match(yaml.output, /^name: shop\/web\/80\n[\s\S]*resource:\n[\s\S]*connect_timeout: 5s/);
});

test('labels and namespaces of objects, by files', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-get-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const demo = readFileSync('manifests/demo/shop.yaml', 'utf8');
  writeFileSync(join(folder, 'shop.yaml'), demo.replace('name: web-canary', 'name: web-canary\n  labels: { track: canary }'));
  cpSync('manifests/demo/services.yaml', join(folder, 'services.yaml'));
  const paths = async (...args: readonly string[]) => (await get(t, 'routes', '-f', folder, ...args)).rows.slice(1).map((row) => row[2]);
  assert.deepEqual(await paths(), ['/api', '/']);
  assert.deepEqual(await paths('-l', 'track=canary'), ['/']);
  assert.deepEqual(await paths('-l', 'track!=canary', '-n', 'shop'), ['/api', '/']);
  assert.deepEqual(await paths('-l', 'track', '-n', 'other'), []);
  assert.deepEqual(await paths('-n', 'other', '-A'), ['/api', '/']);
  const wrong = await get(t, 'routes', '-f', folder, '-l', 'track in canary');
  assert.deepEqual([wrong.code, wrong.errors], [2, 'naru: track in canary is no label selector. Write it as in app=web,tier!=test.\n']);
  assert.equal((await get(t, 'routes', '-f', folder, '--watch')).code, 2);
});

test('what there is not', async (t) => {
  const unknown = await get(t, 'cluster', 'shop/none/80', '-f', 'manifests/demo');
  assert.deepEqual([unknown.code, unknown.output], [1, 'There is no shop/none/80 among the clusters.\n']);
  const odd = await get(t, 'pods', '-f', 'manifests/demo');
  assert.equal(odd.code, 2);
  assert.match(
    odd.errors,
    /There is no list of pods\. There are routes, hosts, clusters, endpoints, listeners, certs, scopes, secrets, extensions\./,
  );
});
