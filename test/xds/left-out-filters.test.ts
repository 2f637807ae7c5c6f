// Which HTTP filters a virtual host leaves out: never one that a route asks for, and none where the route may come late.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RoutePolicy } from '../../src/model/route-policy.ts';
import { decode } from '../../src/proto/codec.ts';
import { chainFilters, filtersOf } from '../../src/xds/filters/index.ts';
import { renderVirtualHost } from '../../src/xds/routes/virtual-host.ts';
import { answering } from '../support/model-source.ts';

const leavingOut = 'type.googleapis.com/envoy.config.route.v3.FilterConfig';

/** Each asks for filters of its own. */
const policies: readonly RoutePolicy[] = [
  {},
  { clientAddresses: { allow: ['10.0.0.0/8'] } },
  { passwords: { realm: 'r', users: 'shop/users' } },
  { clientAddresses: { deny: ['10.0.0.0/8'] }, passwords: { realm: 'r', users: 'shop/users' }, anyOf: true },
  { clientSubject: 'CN=a' },
  { rateLimits: { limits: [{ requests: 1, seconds: 1, burst: 5 }] } },
  { concurrency: { counter: 'shop/a', most: 1 } },
  { bodySize: 10 },
  { holdsBodies: true },
  { answerRate: 5 },
  { answerRewrites: { cookiePath: { from: { type: 'prefix', text: '/a' }, to: '/' } } },
  { session: { keepsTo: 'endpoint', cookie: { name: 'route', path: '/', secure: 'always' } } },
  { errorPages: { statuses: [404], page: 'p', headers: [] } },
];

const routes = fc
  .array(fc.constantFrom(...policies), { maxLength: 4 })
  .map((all) => all.map((policy, index) => ({ ...answering(`/${index}`, 'x', 'web'), policy })));
const fallback = fc.option(fc.constantFrom(...policies).map((policy) => ({ ...answering('/', 'x', 'any'), policy })));

function rendered(hostname: string, own: Parameters<typeof renderVirtualHost>[0]['routes'], other?: (typeof own)[number]) {
  const catchAll = { hostname: '*', routes: [], ...(other && { fallback: other }) };
  const { bytes } = renderVirtualHost({ hostname, routes: own }, catchAll);
  const { routes: all = [], typed_per_filter_config: ofHost = {} } = decode('envoy.config.route.v3.VirtualHost', bytes);
  const leftOut = Object.entries(ofHost).flatMap(([name, config]) => (config['@type'] === leavingOut ? [name] : []));
  return { leftOut, asked: all.flatMap(({ typed_per_filter_config: filters = {} }) => Object.keys(filters)) };
}

test('every filter of the chain is asked for by one of these policies', () => {
  const asked = new Set(policies.flatMap((policy) => Object.keys(filtersOf(policy, 'a.test'))));
  assert.deepEqual(asked, new Set(chainFilters.map(({ name }) => name)));
});

test('an exact host never leaves out what one of its routes asks for, its fallback included', () => {
  fc.assert(
    fc.property(routes, fallback, (own, other) => {
      const { leftOut, asked } = rendered('a.test', own, other ?? undefined);
      assert.deepEqual(
        leftOut.filter((name) => asked.includes(name)),
        [],
      );
    }),
  );
});

test('wildcard hosts and the host for everything else leave out nothing', () => {
  fc.assert(
    fc.property(routes, fallback, fc.constantFrom('*.test', '*'), (own, other, hostname) => {
      assert.deepEqual(rendered(hostname, own, other ?? undefined).leftOut, []);
    }),
  );
});

test('sizes of bodies are limited everywhere', () => {
  assert(!rendered('a.test', []).leftOut.includes('body-size'));
});
