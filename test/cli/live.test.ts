// The verbs that ask a running Naru.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startDebugServer } from '../../src/debug/server.ts';
import { proxy, viewOf } from '../debug/view-for-tests.ts';
import { startDemo } from './demo-for-tests.ts';
import { NaruProcess } from './naru-process.ts';

async function naru(t: TestContext, port: number, ...args: readonly string[]) {
  const process = NaruProcess.start(t, [...args, '--server', `http://127.0.0.1:${port}`]);
  const code = await process.ended();
  return {
    code,
    output: process.output,
    errors: process.errors,
    rows: process.output
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  };
}

test('proxies, snapshots, get and diff tell of a running Naru', async (t) => {
  const demo = await startDemo(t);
  const proxies = await naru(t, demo.debug, 'proxies');
  assert.equal(proxies.code, 0);
  assert.deepEqual(proxies.rows[0], [
    'PROXY',
    'ENVOY',
    'ACCEPTED',
    'LISTENERS',
    'SCOPES',
    'ROUTES',
    'CLUSTERS',
    'ENDPOINTS',
    'SECRETS',
    'LAG',
    'SINCE',
  ]);
  assert.deepEqual(proxies.rows[1]?.slice(1, 9), ['1.40.0', 'v1', 'ok', 'ok', '-', 'ok', 'ok', 'ok']);

  const clusters = await naru(t, demo.debug, 'get', 'clusters');
  const found = clusters.rows.find(([name]) => name === 'shop/api/80');
  assert.deepEqual(found?.slice(1), ['EDS', '1', 'ROUND_ROBIN', '-', 'Service shop/api']);
  const one = await naru(t, demo.debug, 'get', 'clusters', 'shop/api/80', '-o', 'json');
  assert.equal((JSON.parse(one.output) as { name: string }).name, 'shop/api/80');

  const certs = await naru(t, demo.debug, 'get', 'certs', 'shop.localhost');
  assert.match(certs.output, /\n\S+ +localhost, \*\.localhost +\S.* +in \d+ days +.*shop\.localhost/);
  assert.doesNotMatch(certs.output, /PRIVATE/);

  demo.edit('shop.yaml', (text) => text.replace('canary-weight: "20"', 'canary-weight: "50"'));
  await demo.naru.says(/v2 .* accepted in/);
  const snapshots = await naru(t, demo.debug, 'snapshots');
  assert.deepEqual(
    snapshots.rows.slice(1).map(([number, , changes, , , , cause, what]) => [number, changes, cause, what]),
    [
      ['v2', '+0 ~1 -0', 'shop.yaml', '~host shop.localhost'],
      ['v1', snapshots.rows[2]?.[2], 'start', snapshots.rows[2]?.[7]],
    ],
  );
  // How long the pass, the first Envoy and all of them took.
  for (const time of snapshots.rows[1]?.slice(3, 6) ?? []) assert.match(time, /^[\d.]+ m?s$/);
  assert.match((await naru(t, demo.debug, 'snapshots', '-o', 'yaml')).output, /objects:\n\s+- kind: Ingress\n\s+namespace: shop/);
  assert.equal((await naru(t, demo.debug, 'snapshots', '-o', 'name')).output, 'snapshot/2\nsnapshot/1\n');
  const diff = await naru(t, demo.debug, 'diff', '1', 'v2');
  assert.equal(diff.code, 1);
  assert.match(diff.output, /^Cause: shop\.yaml {2}\d{4}-/);
  assert.match(diff.output, /All Envoys accepted v2 after [\d.]+ m?s\.\n$/);
  assert.match(diff.output, /weighted_clusters\.clusters\[shop\/web-v2\/80\]\.weight {2}20 -> 50/);
  const unknown = await naru(t, demo.debug, 'diff', '1', '9');
  assert.match(unknown.errors, /Snapshot 9 of fleet naru is not kept/);
});

test('lists select by labels, and go on with what changes', async (t) => {
  const demo = await startDemo(t);
  const at = ['--server', `http://127.0.0.1:${demo.debug}`];
  const routes = NaruProcess.start(t, ['get', 'routes', '-l', 'track=canary', '--watch', ...at]);
  await routes.says(/^There are no routes\.\n$/);
  const clusters = NaruProcess.start(t, ['get', 'clusters', '-w', '-o', 'name', ...at]);
  await clusters.says(/cluster\/shop\/web\/80\n/);
  const snapshots = NaruProcess.start(t, ['snapshots', '--watch', ...at]);
  await snapshots.says(/\nv1 /);
  const status = NaruProcess.start(t, ['status', '--watch', ...at]);
  await status.says(/runs v1\./);

  demo.edit('shop.yaml', (text) => text.replace('name: web-canary', 'name: web-canary\n  labels: { track: canary }'));
  demo.edit('shop.yaml', (text) => text.replace('canary-weight: "20"', 'canary-weight: "50"'));
  await routes.says(/\nshop\.localhost +Prefix +\/ +- +shop\/web\/80 50 %, shop\/web-v2\/80 50 % .*\n/);
  await snapshots.says(/\nv2 .*shop\.yaml +~host shop\.localhost\n/);
  await status.says(/runs v2\./);
  const canaries = await naru(t, demo.debug, 'canary', '-l', 'track!=canary', '-o', 'name');
  assert.deepEqual([canaries.code, canaries.output], [0, '']);
  const objects = await demo.get(`http://127.0.0.1:${demo.debug}/debug/objects?selector=track%3Dcanary`);
  assert.deepEqual((JSON.parse(objects.body) as { objects: unknown }).objects, [
    { kind: 'Ingress', namespace: 'shop', name: 'web-canary' },
  ]);
  const wrong = await naru(t, demo.debug, 'get', 'routes', '-l', 'a in b');
  assert.deepEqual([wrong.code, wrong.errors], [2, 'naru: a in b is no label selector. Write it as in app=web,tier!=test.\n']);

  // What did not change is not told again.
  await clusters.stop();
  assert.equal(clusters.output.split('cluster/shop/web/80\n').length, 2, clusters.output);
  await demo.naru.stop();
  assert.equal(await routes.ended(), 3);
  assert.match(routes.errors, /The connection to Naru at http:\S+ is lost/);
});

test('an Envoy that refuses something is named, with its own words, and makes the exit code 4', async (t) => {
  const refused = { snapshot: 7, names: ['shop/img'], message: 'regex too large', at: 0 };
  const routes = { subscribed: true, resources: 1, sent: 7, acknowledged: 6, refused };
  const view = viewOf({ proxies: () => [proxy('node-3', { version: '1.40.0', accepted: 6, types: { routes } })] });
  const server = await startDebugServer({ host: '127.0.0.1', port: 0, view, version: '1.2.3' });
  t.after(() => server.close());
  const { code, output, rows } = await naru(t, server.port, 'proxies');
  assert.equal(code, 4);
  assert.equal(rows[1]?.[5], 'NACK');
  assert.ok(output.endsWith('NR701 node-3 refuses routes shop/img of v7: regex too large\n'), output);
});

test('without a Naru the message says how to reach one, and the exit code is 3', async (t) => {
  const { code, errors } = await naru(t, 1, 'snapshots');
  assert.equal(code, 3);
  assert.match(errors, /No Naru answers at http:\/\/127\.0\.0\.1:1.*port-forward/);
});
