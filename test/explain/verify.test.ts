// `naru explain --verify`: an Envoy with the same connection manager and routes chooses the route that was said, for Ingresses and Gateways.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askEnvoy } from '../../src/cli/explain/ask-envoy.ts';
import { explain } from '../../src/explain/explain.ts';
import { readRequest } from '../../src/explain/read-request.ts';
import { ResourceReader } from '../../src/explain/resource-reader.ts';
import { readPaths } from '../../src/kube/folder/read-folder.ts';
import type { ResourceSet } from '../../src/snapshot/snapshot.ts';
import { gatewayExample } from '../cli/gateway-example.ts';
import { built, buildOptions } from '../support/build.ts';

async function resourcesOf(path: string): Promise<ResourceSet> {
  const { events } = await readPaths([path]);
  const defaultCertificate = { chain: 'made', privateKey: 'made' };
  const listen = { address: '0.0.0.0', httpPort: 8080, httpsPort: 8443, defaultCertificate };
  const objects = events.flatMap((event) => (event.type === 'upsert' ? [event.object] : []));
  const { current } = built(objects, { ...buildOptions, listen });
  if (current === undefined) throw new Error('nothing was built');
  return current.resources;
}

/** What is said of a request (the route, or what happens instead), and whether an Envoy agrees; null where it cannot be asked. */
async function verified(resources: ResourceSet, method: string, url: string, ...headers: readonly string[]) {
  const request = readRequest(method, url, headers);
  if ('wrong' in request) throw new Error(request.wrong);
  const explanation = explain(resources, request);
  const { outcome, tried, listener } = explanation;
  const winner = tried.find(({ objection }) => objection === undefined)?.name;
  const answer = await askEnvoy(explanation, request, new ResourceReader(resources));
  return [listener, winner ?? (outcome.type === 'answer' ? outcome.status : outcome.type), answer?.agrees ?? null];
}

test('an Envoy agrees about Ingresses', async () => {
  const resources = await resourcesOf('manifests/demo');
  assert.deepEqual(await verified(resources, 'GET', 'http://shop.localhost/api/x'), ['http', 'shop/web prefix /api', true]);
  assert.deepEqual(await verified(resources, 'GET', 'https://SHOP.localhost:8443/'), ['https', 'shop/web prefix /', true]);
  assert.deepEqual(await verified(resources, 'GET', 'https://shop.localhost/a%2fb'), ['https', 'redirect', true]);
  assert.deepEqual(await verified(resources, 'GET', 'http://shop.localhost./'), ['http', 'shop/web prefix /', true]);
  assert.deepEqual(await verified(resources, 'GET', 'http://other.test/'), ['http', 404, true]);
  const grpc = 'content-type: application/grpc';
  assert.deepEqual(await verified(resources, 'POST', 'http://shop.localhost/api/x', grpc), ['http', 'shop/web prefix /api', true]);
  assert.deepEqual(await verified(resources, 'POST', 'http://shop.localhost/a%2fb', grpc), ['http', 400, true]);
});

test('an Envoy agrees about routes of a Gateway; connections that are handed on are said to be so', async (t) => {
  const resources = await resourcesOf(gatewayExample(t));
  const listener = '0.0.0.0:80';
  assert.deepEqual(await verified(resources, 'POST', 'http://shop.example.com/cart'), [listener, 'shop/web HTTPRoute 0.0', true]);
  assert.deepEqual(await verified(resources, 'GET', 'http://shop.example.com/cart/1'), [listener, 'shop/web HTTPRoute 1.0', true]);
  assert.deepEqual(await verified(resources, 'GET', 'https://a.pass.example.com:8444/'), ['0.0.0.0:8444', 'connection', null]);
  assert.deepEqual(await verified(resources, 'GET', 'http://db.example.com:5432/'), ['0.0.0.0:5432', 'connection', null]);
});

test('an Envoy agrees about exact, wildcard and unknown hosts of a Gateway', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-verify-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const written = (kind: string, name: string, spec: object) =>
    JSON.stringify({ apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name, namespace: 'shop' }, spec });
  const route = (name: string, hostname: string) =>
    written('HTTPRoute', name, {
      parentRefs: [{ name: 'web' }],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    });
  const texts = [
    written('GatewayClass', 'naru', { controllerName: 'naru.io/gateway-controller' }),
    written('Gateway', 'web', { gatewayClassName: 'naru', listeners: [{ name: 'http', port: 8081, protocol: 'HTTP' }] }),
    ...[route('exact', 'a.shop.test'), route('wide', '*.shop.test'), route('deep', '*.b.shop.test')],
  ];
  writeFileSync(join(folder, 'gateway.yaml'), texts.join('\n---\n'));
  const resources = await resourcesOf(folder);
  for (const [host, expected] of [
    ['a.shop.test', 'shop/exact HTTPRoute 0.0'],
    ['A.Shop.test', 'shop/exact HTTPRoute 0.0'],
    ['x.y.shop.test', 'shop/wide HTTPRoute 0.0'],
    ['X.b.shop.test', 'shop/deep HTTPRoute 0.0'],
    ['shop.test', 'not found'],
  ] as const)
    assert.deepEqual(await verified(resources, 'GET', `http://${host}:8081/`), ['0.0.0.0:8081', expected, true], host);
});
