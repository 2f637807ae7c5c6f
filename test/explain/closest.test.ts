// What is said of a request that nobody serves: the host or path that it may have been meant for, and who names its host all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/explain/explain.ts';
import { readRequest } from '../../src/explain/read-request.ts';
import { unservedIngresses } from '../../src/runtime/unserved-ingresses.ts';
import { built } from '../support/build.ts';
import { readManifests } from '../support/manifests.ts';
import { ingress, metadata, naruClass, service } from '../support/objects.ts';

const written = (kind: string, name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name, namespace: 'shop' }, spec });
const { events } = await readManifests(
  [
    written('GatewayClass', 'naru', { controllerName: 'naru.io/gateway-controller' }),
    written('Gateway', 'far', { gatewayClassName: 'naru', listeners: [{ name: 'http', port: 8000, protocol: 'HTTP' }] }),
    written('HTTPRoute', 'far', {
      parentRefs: [{ name: 'far' }],
      hostnames: ['far.example.org', '*.far.org'],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/far' } }], backendRefs: [{ name: 'web', port: 80 }] }],
    }),
  ].join('\n---\n'),
);

const build = built([
  ...events.flatMap((event) => (event.type === 'upsert' ? [event.object] : [])),
  naruClass,
  { kind: 'IngressClass', metadata: metadata('nginx', { namespace: '' }), spec: { controller: 'k8s.io/ingress-nginx' } },
  service('web'),
  ingress({ name: 'web', host: 'shop.example.com', paths: [{ path: '/cart', service: 'web' }] }),
  ingress({ name: 'long', host: 'a-long-name.of-a-team.example.net', paths: [{ path: '/', service: 'web' }] }),
  ingress({
    name: 'wide',
    host: '*.wide.test',
    paths: [
      { path: '/Docs', service: 'web' },
      { path: '/health', service: 'web', type: 'Exact' },
    ],
  }),
  ingress({ name: 'blog', host: 'blog.test', className: 'nginx', paths: [{ path: '/', service: 'web' }] }),
  ingress({ name: 'lost', host: '*.lost.test', className: 'nobody', paths: [{ path: '/', service: 'web' }] }),
]);

/** What is near and whose it is, how it differs, and who is not served. */
function hintsOf(url: string): readonly string[] {
  const request = readRequest('GET', url, []);
  if ('wrong' in request || build.current === undefined) throw new Error(url);
  const { closest, unserved = [] } = explain(build.current.resources, request, {
    problems: () => build.problems(),
    unserved: (hostname) => unservedIngresses(build, hostname),
  });
  return [
    ...(closest === undefined ? [] : [`${closest.what} ${closest.name} of ${closest.sources[0]?.split(' ')[1]}: ${closest.why}`]),
    ...unserved.map(({ source, why }) => `${source}: ${why}`),
  ];
}

for (const [url, ...expected] of [
  ['http://shop.exmaple.com/', 'host shop.example.com of shop/web: It is written nearly so.'],
  ['http://a-long-nmae.of-a-team.example.net/', 'host a-long-name.of-a-team.example.net of shop/long: It is written nearly so.'],
  ['http://a.b.wide.test/Docs', 'host *.wide.test of shop/wide: A wildcard stands for one label, and this name has more.'],
  ['http://wide.test/', 'host *.wide.test of shop/wide: A wildcard does not stand for the name behind it.'],
  ['http://a.wide.test/docs/x', 'path /Docs of shop/wide: Capital letters count in a path.'],
  ['http://a.wide.test/Dosc/x', 'path /Docs of shop/wide: It is written nearly so.'],
  ['http://a.wide.test/health/', 'path /health of shop/wide: It is Exact: neither a slash at its end nor what is below it is meant.'],
  ['http://shop.example.com/crat', 'path /cart of shop/web: It is written nearly so.'],
  ['http://blog.test/', 'Ingress shop/blog: Its class nginx is that of k8s.io/ingress-nginx.'],
  ['http://a.lost.test/', 'Ingress shop/lost: There is no IngressClass nobody.'],
  ['http://far.exmaple.org:8000/far', 'host far.example.org of shop/far: It is written nearly so.'],
  ['http://far.org:8000/far', 'host *.far.org of shop/far: A wildcard does not stand for the name behind it.'],
  ['http://a.b.far.org:8000/fra', 'path /far of shop/far: It is written nearly so.'],
  ['http://shop.exmaple.com:8000/'],
  ['http://nothing.near.org/'],
  ['http://shop.example.com/cart'],
] as const)
  test(`${url} ${expected.length === 0 ? 'has no hint' : 'may have been meant for something else'}`, () => {
    assert.deepEqual(hintsOf(url), expected);
  });
