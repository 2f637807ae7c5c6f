// What is objected to before sending is what the real Envoy refuses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { Route } from '../../src/model/route.ts';
import { any } from '../../src/proto/codec.ts';
import type { Messages } from '../../src/proto/gen/messages.ts';
import { checkEndpoints } from '../../src/xds/preflight/endpoints.ts';
import { hostnameObjection } from '../../src/xds/preflight/host.ts';
import { checkRoute } from '../../src/xds/preflight/route.ts';
import { renderVirtualHost } from '../../src/xds/routes/virtual-host.ts';
import { decode } from '../../src/proto/codec.ts';
import { envoyVerdict } from '../support/envoy-verdict.ts';
import { nastyAddress, nastyHost, nastyPath } from './nasty-text.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];

/** As many as fit in a moment; each run of the tests tries others. */
const limits = { numRuns: 20, interruptAfterTimeLimit: 4000 };
const clusters = ['one', 'two'].map((name) => ({ name, type: 'STATIC', connect_timeout: '1s' }) as const);

function listenerWith(filterChain: NonNullable<Listener['filter_chains']>[number]): Listener {
  const inspector = any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {});
  return {
    name: 'l',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', typed_config: inspector }],
    filter_chains: [filterChain],
  };
}

/** Renders the route unchecked. Text without a UTF-8 form cannot even be encoded. */
async function isRefused(route: Route, hostname = 'a.test', server_names: readonly string[] = []): Promise<boolean> {
  let bytes: Buffer;
  try {
    ({ bytes } = renderVirtualHost({ hostname, routes: [route] }, undefined));
  } catch {
    return true;
  }
  const manager = any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'a',
    route_config: { virtual_hosts: [decode('envoy.config.route.v3.VirtualHost', bytes)] },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: any('envoy.extensions.filters.http.router.v3.Router', {}) }],
  });
  const chain = { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] };
  const listener = listenerWith({ ...chain, filter_chain_match: { server_names: [...server_names] } });
  return !(await envoyVerdict({ static_resources: { listeners: [listener], clusters } })).accepted;
}

const forward: Route['action'] = { type: 'forward', upstreams: [{ upstream: 'one', weight: 1 }] };
const weights = fc.constantFrom(0, 1, 100, 2 ** 31, 2 ** 32 - 1);
const actions: fc.Arbitrary<Route['action']> = fc.oneof(
  fc.constant(forward),
  fc.tuple(weights, weights).map(([a, b]) => ({
    type: 'forward' as const,
    upstreams: [
      { upstream: 'one', weight: a },
      { upstream: 'two', weight: b },
    ],
  })),
  fc.constant({ type: 'forward' as const, upstreams: [] }),
  fc
    .record({ status: fc.constantFrom(0, 199, 200, 503, 599, 600), size: fc.constantFrom(0, 4096, 4097) })
    .map(({ status, size }) => ({ type: 'answer' as const, status, body: 'x'.repeat(size) })),
);
const routes: fc.Arbitrary<Route> = fc
  .record({ type: fc.constantFrom('exact' as const, 'prefix' as const), path: nastyPath, action: fc.oneof(fc.constant(forward), actions) })
  .map(({ type, path, action }) => ({ name: 'r', match: { type, path }, action, sources: [] }));

describe('Envoy refuses', () => {
  test('the routes that are objected to, and takes all others and what is put in their place', async () => {
    await fc.assert(
      fc.asyncProperty(routes, async (route) => {
        const { route: instead, problem } = checkRoute(route, 'a.test');
        assert.equal(await isRefused(route), problem !== undefined, problem?.message ?? 'no objection');
        if (problem !== undefined) assert.ok(!(await isRefused(instead)), 'what is put in its place');
      }),
      limits,
    );
  });

  test('no host that is not objected to, neither as a domain nor as a server name', async () => {
    const route: Route = { name: 'r', match: { type: 'prefix', path: '/' }, action: forward, sources: [] };
    await fc.assert(
      fc.asyncProperty(
        nastyHost.filter((host) => hostnameObjection(host) === undefined),
        async (host) => {
          assert.ok(!(await isRefused(route, host, host === '*' ? [] : [host])));
        },
      ),
      limits,
    );
  });

  test('no address that is not objected to', async () => {
    const endpoints = fc
      .array(nastyAddress, { minLength: 20, maxLength: 40 })
      .map((list) => list.map((address) => ({ address, port: 80 })));
    await fc.assert(
      fc.asyncProperty(endpoints, async (all) => {
        const usable = checkEndpoints(all, () => undefined)?.value ?? all;
        const lb_endpoints = usable.map(({ address, port }) => ({
          endpoint: { address: { socket_address: { address, port_value: port } } },
        }));
        const [one] = clusters;
        const cluster = { ...one, name: 'one', load_assignment: { cluster_name: 'one', endpoints: [{ lb_endpoints }] } };
        const { accepted, output } = await envoyVerdict({ static_resources: { clusters: [cluster] } });
        assert.ok(accepted, output);
      }),
      limits,
    );
  });
});
