// gRPC's own xDS client, which others wrote: it resolves a service through Naru's ADS and calls it.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { credentials, makeGenericClientConstructor, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';
import { Fleet } from '../../src/ads/fleet.ts';
import { AdsServer } from '../../src/ads/server.ts';
import { any } from '../../src/proto/codec.ts';
import type { Resource } from '../../src/snapshot/resource.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import { makeResource } from '../../src/xds/make-resource.ts';

const bytes = (value: Buffer): Buffer => value;
/** One method that answers with who it is; messages are plain bytes. */
const greeter: ServiceDefinition = {
  greet: {
    path: '/Greeter/Greet',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};
const GreeterClient = makeGenericClientConstructor(greeter, 'Greeter');
const ads = { ads: {}, resource_api_version: 'V3' } as const;

/** A gRPC service on this machine; resolves with its port. */
function startGreeter(t: TestContext, name: string): Promise<number> {
  const server = new Server();
  server.addService(greeter, { greet: (_: unknown, answer: (error: null, value: Buffer) => void) => answer(null, Buffer.from(name)) });
  t.after(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
  });
}

/** What a gRPC client needs of a service: a listener for its API, its routes, its cluster, where it is. */
function greeterResources(port: number): readonly Resource[] {
  const manager = any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'greeter',
    rds: { config_source: ads, route_config_name: 'greeter' },
    http_filters: [{ name: 'router', typed_config: any('envoy.extensions.filters.http.router.v3.Router', {}) }],
  });
  const virtual_hosts = [{ name: 'greeter', domains: ['*'], routes: [{ match: { prefix: '' }, route: { cluster: 'greeter' } }] }];
  const endpoint = { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } };
  const locality = { locality: { region: 'here' }, load_balancing_weight: 1, lb_endpoints: [endpoint] };
  const parts = (name: string, references: Resource['references'] = []) => ({ name, references, sources: [] });
  return [
    makeResource(
      'listeners',
      { name: 'greeter', api_listener: { api_listener: manager } },
      parts('greeter', [{ type: 'routes', name: 'greeter' }]),
    ),
    makeResource('routes', { name: 'greeter', virtual_hosts }, parts('greeter', [{ type: 'clusters', name: 'greeter' }])),
    makeResource(
      'clusters',
      { name: 'greeter', type: 'EDS', eds_cluster_config: { eds_config: ads } },
      parts('greeter', [{ type: 'endpoints', name: 'greeter' }]),
    ),
    makeResource('endpoints', { cluster_name: 'greeter', endpoints: [locality] }, parts('greeter')),
  ];
}

test("gRPC's xDS client finds a service and follows it to another address", async (t) => {
  const snapshots = new Snapshots('naru');
  const fleet = new Fleet('naru');
  const publish = (resources: readonly Resource[]): void => {
    const changes = new Map(resources.map((resource) => [resource.type, new Map([[resource.name, resource]])]));
    const snapshot = snapshots.next(changes, { cause: 'test', time: 0, summarise: () => '' });
    assert.ok(snapshot);
    fleet.publish(snapshot);
  };
  publish(greeterResources(await startGreeter(t, 'first')));
  const server = new AdsServer({ fleets: [fleet], host: '127.0.0.1', port: 0 });
  const { port } = await server.start();
  t.after(() => server.stop());

  const bootstrap = JSON.stringify({
    xds_servers: [{ server_uri: `127.0.0.1:${port}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }],
    node: { id: 'grpc', cluster: 'naru', locality: {} },
  });
  register();
  const client = new GreeterClient('xds:///greeter', credentials.createInsecure(), {
    'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': bootstrap,
  });
  t.after(() => client.close());
  const greet = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + 10_000;
      client.makeUnaryRequest('/Greeter/Greet', bytes, bytes, Buffer.alloc(0), { deadline } as never, (error, answer) =>
        error ? reject(error) : resolve(String(answer)),
      );
    });
  assert.equal(await greet(), 'first');
  const next = greeterResources(await startGreeter(t, 'second'));
  publish(next.filter(({ type }) => type === 'endpoints'));
  let answer = '';
  for (const deadline = Date.now() + 10_000; answer !== 'second' && Date.now() < deadline; ) answer = await greet();
  assert.equal(answer, 'second');
  const [proxy] = server.proxies();
  assert.deepEqual(
    { id: proxy?.id, protocol: proxy?.protocol, acknowledged: proxy?.types.endpoints.acknowledged },
    { id: 'grpc', protocol: 'sotw', acknowledged: 2 },
  );
});
