// What went wrong elsewhere with paths and rewrites, by the number under which it is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const neighbour = ingressYaml({ name: 'neighbour', host: 'neighbour.test', paths: ['Prefix / other'] }) + echoService('web', 'other');
const injected = [
  '" { return 200 "x"; } location "/',
  '\nreturn 200;',
  '\r\n}',
  '}{',
  '#',
  '$http_host',
  '%REQ(:authority)%',
  '\\1\\2',
  "'; --",
];

async function neighbourIsServed(): Promise<void> {
  assert.equal(await naru.served('http://neighbour.test/'), 'other');
}

test('CVE-2026-24512, CVE-2026-4342: a path is a path, whatever it holds', async () => {
  for (const text of injected) {
    for (const regex of ['true', 'false']) {
      // The path of an Ingress as an API server would hand it over: not through a line of text.
      const own = JSON.stringify({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'own', annotations: { 'nginx.ingress.kubernetes.io/use-regex': regex } },
        spec: {
          ingressClassName: 'naru',
          rules: [
            {
              host: 'own.test',
              http: {
                paths: [`/a${text}`, '/b'].map((path) => ({
                  ...{ path, pathType: 'ImplementationSpecific' },
                  backend: { service: { name: 'web', port: { number: 80 } } },
                })),
              },
            },
          ],
        },
      });
      await naru.given(`${neighbour}---\n${own}\n`);
      assert.equal(await naru.served('http://own.test/b'), 'web', text);
      assert.equal(await naru.served('http://own.test/c'), 404, text);
      await neighbourIsServed();
    }
  }
});

test('CVE-2026-3288, CVE-2024-7646: a rewrite-target is a path with groups, or it is not read', async () => {
  for (const text of injected) {
    const annotations = { 'rewrite-target': `/x${text}` };
    await naru.given(neighbour + ingressYaml({ name: 'own', host: 'own.test', paths: ['ImplementationSpecific /a(.*) web'], annotations }));
    const told = naru.problems.filter(({ code }) => code === 'NR214').map(({ source }) => source.field);
    assert.deepEqual(told, ['metadata.annotations["nginx.ingress.kubernetes.io/rewrite-target"]'], text);
    await neighbourIsServed();
  }
});

test('CVE-2025-66490: a path is matched, rewritten and sent on in one and the same form', async () => {
  const annotations = { 'use-regex': 'true', 'rewrite-target': '/out/$1' };
  const open = ingressYaml({ name: 'open', host: 'own.test', paths: ['ImplementationSpecific /open/(.*) web'], annotations });
  const closed = ingressYaml({
    ...{ name: 'closed', host: 'own.test', paths: ['ImplementationSpecific /open/admin.* other'] },
    annotations: { 'denylist-source-range': '0.0.0.0/0' },
  });
  await naru.given(neighbour + open + closed);
  const paths = [
    '/open/admin',
    '/open/ADMIN',
    '/open/%61dmin',
    '/open//admin',
    '/open/x/../admin',
    '/open/x/%2e%2e/admin',
    '/open/./admin',
    '/open\\admin',
  ];
  for (const path of paths) assert.equal((await naru.get(`http://own.test${path}`)).status, 403, path);
  // An escaped slash is first sent to the path that it would be.
  for (const path of ['/open%2fadmin', '/open/x%2f..%2fadmin', '/open%5cadmin']) {
    const { status, headers } = await naru.get(`http://own.test${path}`);
    assert.deepEqual([status, headers.location?.endsWith('/open/admin')], [307, true], path);
  }
  assert.equal(await naru.served('http://own.test/open/other'), 'web');
});
