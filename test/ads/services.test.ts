// Services for one type each, the limits, and who gets which secret: over real gRPC.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Client as GrpcClient, credentials, status } from '@grpc/grpc-js';
import { Command } from 'commander';
import { usualLimits } from '../../src/ads/limits.ts';
import { RequestRate } from '../../src/ads/request-rate.ts';
import { AdsServer, type AdsServerOptions } from '../../src/ads/server.ts';
import { hostOf, StreamsPerAddress } from '../../src/ads/streams-per-address.ts';
import { adsLimits } from '../../src/cli/servers/ads-limits.ts';
import { serveOptions } from '../../src/settings.ts';
import { typeNames, typeUrls, type TypeName } from '../../src/snapshot/resource.ts';
import { protocols, type Protocol } from './client.ts';
import { cluster, endpoints, fake, listener, Publisher, routes } from './fake-resources.ts';
import { connectGrpc, type GrpcConnection } from './grpc-link.ts';
import { eventually } from './real-envoy.ts';

interface Setting {
  readonly server: AdsServer;
  readonly port: number;
  readonly edge: Publisher;
  readonly core: Publisher;
  readonly log: string[];
  readonly connect: (protocol: Protocol, service?: 'aggregated' | TypeName, cluster?: string) => GrpcConnection;
}

async function start(t: TestContext, options: Partial<AdsServerOptions> = {}): Promise<Setting> {
  const [edge, core] = [new Publisher(), new Publisher('core')];
  const log: string[] = [];
  const server = new AdsServer({
    fleets: [edge.fleet, core.fleet],
    host: '127.0.0.1',
    port: 0,
    log: (line) => void log.push(line),
    ...options,
  });
  const { port } = await server.start();
  const connections: GrpcConnection[] = [];
  t.after(async () => {
    for (const connection of connections) connection.close();
    await server.stop();
  });
  return {
    server,
    port,
    edge,
    core,
    log,
    connect(protocol, service = 'aggregated', fleet = 'edge') {
      const connection = connectGrpc(protocol, `127.0.0.1:${port}`, { id: 'envoy-1', cluster: fleet }, { service });
      connections.push(connection);
      return connection;
    },
  };
}

const everything = () => [
  ...[cluster('a'), endpoints('a'), fake('secrets', 'a'), fake('extensions', 'a'), listener('a', 'a', '1', ['a'])],
  ...[fake('scopes', 'a'), routes('a', ['a'])],
];

for (const protocol of protocols) {
  test(`${protocol}: a stream for each type, each shown with its type`, async (t) => {
    const { server, edge, connect } = await start(t);
    edge.publish(...everything());
    for (const type of typeNames) {
      const { client } = connect(protocol, type);
      client.subscribe(type, ['a']);
      client.ack(await client.next(type));
      edge.publish(fake(type, 'a', '2'));
      const { resources } = await client.next(type);
      assert.deepEqual(
        resources.map(({ name, content }) => [name, content]),
        [['a', '2']],
      );
    }
    const shown = server.proxies().map(({ id, only }) => [id, only]);
    assert.deepEqual(
      shown,
      typeNames.map((type) => ['envoy-1', type]),
    );
  });

  test(`${protocol}: an Envoy with a stream for each type has accepted a snapshot when all of them have`, async (t) => {
    const { server, edge, connect } = await start(t);
    const accepted: number[] = [];
    server.accepted.subscribe(({ snapshot }) => void accepted.push(snapshot));
    const shown = (): number[] => server.proxies().map((proxy) => proxy.accepted);
    edge.publish(...everything());
    const open = async (type: TypeName): Promise<GrpcConnection> => {
      const connection = connect(protocol, type);
      connection.client.subscribe(type, ['a']);
      connection.client.ack(await connection.client.next(type));
      await eventually('its acknowledgement', () =>
        server.proxies().some(({ only, types }) => only === type && types[type].acknowledged > 0) ? true : undefined,
      );
      return connection;
    };
    for (const type of ['clusters', 'endpoints', 'listeners', 'secrets'] as const) {
      await open(type);
      assert.deepEqual(accepted, [], `${type}, but no routes`);
    }
    const first = await open('routes');
    await eventually('the acceptance', () => (accepted.length > 0 ? true : undefined));
    assert.deepEqual([accepted, shown()], [[1], [1, 1, 1, 1, 1]]);

    edge.publish(routes('a', ['a'], '2'));
    const { client } = first;
    const answer = await client.next('routes');
    assert.deepEqual(accepted, [1], 'routes are not acknowledged');
    client.ack(answer);
    await eventually('the acceptance', () => (accepted.length > 1 ? true : undefined));
    assert.deepEqual(
      [accepted, shown()],
      [
        [1, 2],
        [2, 2, 2, 2, 2],
      ],
    );

    first.close();
    await eventually('its end', () => (server.proxies().length === 4 ? true : undefined));
    edge.publish(endpoints('unused'));
    assert.deepEqual(shown(), [0, 0, 0, 0], 'nobody knows which routes it runs');
    await open('routes');
    await eventually('the acceptance', () => (accepted.length > 2 ? true : undefined));
    assert.deepEqual(
      [accepted, shown()],
      [
        [1, 2, 3],
        [3, 3, 3, 3, 3],
      ],
    );
  });

  test(`${protocol}: such a stream needs no type URL, and takes no other`, async (t) => {
    const { edge, connect, log } = await start(t);
    edge.publish(...everything());
    const { client, ended } = connect(protocol, 'secrets');
    client.raw(protocol === 'delta' ? { resource_names_subscribe: ['a'] } : { resource_names: ['a'] });
    client.ack(await client.next('secrets'));
    client.raw({ type_url: typeUrls.clusters });
    const { code, details } = await ended;
    assert.equal(code, status.INVALID_ARGUMENT);
    assert.match(details, /this stream is for .*Secret, not for .*Cluster/);
    assert.equal(log.length, 1);
  });

  test(`${protocol}: nobody gets a secret of another fleet, whatever is asked`, async (t) => {
    const { edge, core, connect } = await start(t);
    edge.publish(fake('secrets', 'edge-key'));
    core.publish(fake('secrets', 'core-key'));
    for (const service of ['aggregated', 'secrets'] as const) {
      const { client } = connect(protocol, service);
      client.subscribe('secrets', ['core-key', 'edge-key', '*']);
      const first = await client.next('secrets');
      assert.deepEqual(first.names, ['edge-key']);
      client.ack(first);
      core.publish(fake('secrets', 'core-key', service));
      edge.publish(fake('secrets', 'edge-key', service));
      assert.deepEqual((await client.next('secrets')).names, ['edge-key']);
    }
  });

  test(`${protocol}: one address may have so many streams and no more`, async (t) => {
    const { server, edge, connect } = await start(t, { limits: { streamsPerAddress: 2 } });
    edge.publish(...everything());
    const [first, second] = [connect(protocol), connect(protocol, 'clusters')];
    for (const { client } of [first, second]) {
      client.subscribeAll('clusters');
      await client.next();
    }
    const third = connect(protocol);
    third.client.subscribeAll('clusters');
    const { code, details } = await third.ended;
    assert.equal(code, status.RESOURCE_EXHAUSTED);
    assert.match(details, /127\.0\.0\.1 has 2 streams open/);
    assert.equal(server.refusals().length, 1);

    first.close();
    await eventually('the end of the first', () => (server.proxies().length === 1 ? true : undefined));
    const { client } = connect(protocol);
    client.subscribeAll('clusters');
    await client.next();
  });

  test(`${protocol}: names without end are refused`, async (t) => {
    const { server, edge, connect, log } = await start(t, { limits: { names: 10 } });
    edge.publish(...everything());
    const { client, ended } = connect(protocol);
    const names = Array.from({ length: 10 }, (_, index) => `name-${index}`);
    client.subscribe('secrets', ['a', ...names.slice(1)]);
    client.ack(await client.next('secrets'));
    client.subscribe('secrets', names);
    const { code, details } = await ended;
    assert.equal(code, status.RESOURCE_EXHAUSTED);
    assert.match(details, /11 names of secrets are wanted on one stream, and the most is 10/);
    assert.equal(log.length, 1);
    assert.deepEqual(
      server.refusals().map(({ id, reason }) => [id, reason]),
      [['envoy-1', details]],
    );
  });

  test(`${protocol}: requests without end are refused`, async (t) => {
    const { server, edge, connect, log } = await start(t, { limits: { requestsPerSecond: 100 } });
    edge.publish(...everything());
    const { client, ended } = connect(protocol);
    client.subscribeAll('clusters');
    for (let count = 0; count < 20_000; count++) client.raw({ type_url: typeUrls.secrets, response_nonce: 'none' });
    const { code, details } = await ended;
    assert.equal(code, status.RESOURCE_EXHAUSTED);
    assert.match(details, /too many requests: .* 1000 times at once/);
    assert.equal(log.length, 1);
    assert.equal(server.refusals()[0]?.reason, details);
    assert.deepEqual(server.proxies(), []);
  });

  test(`${protocol}: a request that is too big is refused, and one that is much too big is not read`, async (t) => {
    const { server, connect } = await start(t, { limits: { requestBytes: 1_000_000 } });
    const { client, ended } = connect(protocol);
    client.subscribe('secrets', ['x'.repeat(1_000_001)]);
    const { code, details } = await ended;
    assert.equal(code, status.RESOURCE_EXHAUSTED);
    assert.match(details, /a request has 1000\d{3} bytes, and the most is 1000000/);
    assert.equal(server.refusals()[0]?.reason, details);

    const other = connect(protocol);
    other.client.subscribe('secrets', ['x'.repeat(2_000_001)]);
    const end = await other.ended;
    assert.equal(end.code, status.RESOURCE_EXHAUSTED);
    assert.match(end.details, /larger than max/);
    assert.deepEqual(server.proxies(), []);
  });
}

test('Fetch is not served', async (t) => {
  const { port } = await start(t);
  const client = new GrpcClient(`127.0.0.1:${port}`, credentials.createInsecure());
  t.after(() => client.close());
  const path = '/envoy.service.cluster.v3.ClusterDiscoveryService/FetchClusters';
  const { code } = await new Promise<{ readonly code: status }>((resolve) => {
    client.makeUnaryRequest(
      path,
      () => Buffer.alloc(0),
      (bytes) => bytes,
      {},
      (error) => resolve(error ?? { code: status.OK }),
    );
  });
  assert.equal(code, status.UNIMPLEMENTED);
});

test('serve: limits by flags, and without them the usual ones', () => {
  const limits = (...flags: string[]) => {
    const command = new Command();
    for (const option of serveOptions()) command.addOption(option);
    return adsLimits(command.parse(flags, { from: 'user' }).opts());
  };
  assert.deepEqual(limits(), usualLimits);
  const flags = ['--ads-max-request-size=1', '--ads-max-streams=2', '--ads-max-request-rate=3', '--ads-max-names=4'];
  assert.deepEqual(limits(...flags), { requestBytes: 1_048_576, streamsPerAddress: 2, requestsPerSecond: 3, names: 4 });
});

test('answers to responses never use up what a client may ask', () => {
  const rate = new RequestRate(500, 0);
  for (let count = 0; count < 100_000; count++) {
    rate.allowAnswer();
    assert(rate.take(0));
  }
  let more = 0;
  while (rate.take(0)) more++;
  assert(more >= 4_999, `${more} requests beside the answers`);
  assert(rate.take(2));
  assert(!rate.take(2));
});

test('an address is counted without its port, and leaves once', () => {
  assert.deepEqual(['10.0.0.1:80', '[::1]:4711', 'unknown'].map(hostOf), ['10.0.0.1', '[::1]', 'unknown']);
  const streams = new StreamsPerAddress(2);
  const leave = streams.enter('10.0.0.1:1');
  assert(leave !== undefined && streams.enter('10.0.0.1:2') !== undefined);
  assert.equal(streams.enter('10.0.0.1:3'), undefined);
  assert(streams.enter('10.0.0.2:3') !== undefined);
  leave();
  leave();
  assert(streams.enter('10.0.0.1:4') !== undefined);
  assert.equal(streams.enter('10.0.0.1:5'), undefined);
});
