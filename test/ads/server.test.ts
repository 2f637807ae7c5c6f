// The server over real gRPC. The rules of the protocol have their tests elsewhere; this is about the wire.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { status } from '@grpc/grpc-js';
import { firstValueFrom, timeout, toArray } from 'rxjs';
import { typeUrls } from '../../src/snapshot/resource.ts';
import { AdsServer, type AdsServerOptions } from '../../src/ads/server.ts';
import { protocols, type Protocol } from './client.ts';
import { cluster, endpoints, fake, listener, Publisher, routes } from './fake-resources.ts';
import { connectGrpc, type GrpcConnection } from './grpc-link.ts';

interface Setting {
  readonly server: AdsServer;
  readonly publisher: Publisher;
  readonly log: string[];
  readonly connect: (protocol: Protocol, node?: { readonly id: string; readonly cluster: string }) => GrpcConnection;
}

async function start(t: TestContext, options: Partial<AdsServerOptions> = {}): Promise<Setting> {
  const publisher = new Publisher();
  const log: string[] = [];
  const server = new AdsServer({
    fleets: [publisher.fleet],
    host: '127.0.0.1',
    port: 0,
    removalGraceMs: 20,
    log: (line) => void log.push(line),
    ...options,
  });
  const { port } = await server.start();
  const connections: GrpcConnection[] = [];
  t.after(async () => {
    for (const connection of connections) connection.close();
    await server.stop();
  });
  const target = options.host ?? `127.0.0.1:${port}`;
  return {
    server,
    publisher,
    log,
    connect(protocol, node) {
      const connection = connectGrpc(protocol, target, node);
      connections.push(connection);
      return connection;
    },
  };
}

for (const protocol of protocols) {
  test(`${protocol}: from the first request to an accepted snapshot, and on to a removal`, async (t) => {
    const { server, publisher, connect } = await start(t);
    publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']));
    const accepted = firstValueFrom(server.accepted.pipe(timeout(5_000)));
    const { client } = connect(protocol);
    client.subscribeAll('clusters');
    client.ack(await client.next('clusters'));
    client.subscribe('endpoints', ['a']);
    client.ack(await client.next('endpoints'));
    client.subscribeAll('listeners');
    client.ack(await client.next('listeners'));
    client.subscribe('routes', ['r']);
    client.ack(await client.next('routes'));
    const { proxy, fleet, snapshot, tookMs } = await accepted;
    assert.deepEqual({ proxy, fleet, snapshot }, { proxy: 'envoy-1', fleet: 'edge', snapshot: 1 });
    assert(tookMs > 0 && tookMs < 5_000);

    publisher.publish(routes('r', [], '2'), 'clusters/a', 'endpoints/a');
    client.ack(await client.next('routes'));
    const removal = await client.next('clusters');
    assert.deepEqual([removal.names, removal.removed], [[], protocol === 'delta' ? ['a'] : []]);

    const [state] = server.proxies();
    assert.equal(server.proxies().length, 1);
    assert.equal(state?.protocol, protocol);
    assert.equal(state?.version, '1.40.0');
    assert.equal(state?.accepted, 2);
    assert.match(state?.address ?? '', /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(state?.types.routes, { subscribed: true, resources: 1, sent: 2, acknowledged: 2 });
    JSON.stringify(state);
  });

  test(`${protocol}: an unknown fleet is refused with the names of those that are served`, async (t) => {
    const { server, connect } = await start(t);
    const { client, ended } = connect(protocol, { id: 'stray', cluster: 'elsewhere' });
    client.subscribeAll('clusters');
    const { code, details } = await ended;
    assert.equal(code, status.INVALID_ARGUMENT);
    assert.match(details, /"elsewhere".*edge/);
    assert.deepEqual(
      server.refusals().map(({ id, cluster: name }) => ({ id, name })),
      [{ id: 'stray', name: 'elsewhere' }],
    );
    assert.deepEqual(server.proxies(), []);
  });

  test(`${protocol}: who an Envoy is stands in its first request; what it says of itself later changes nothing`, async (t) => {
    const other = new Publisher('other');
    const publisher = new Publisher();
    const { server, connect } = await start(t, { fleets: [publisher.fleet, other.fleet] });
    publisher.publish(cluster('a'));
    other.publish(cluster('other'));
    const { client } = connect(protocol);
    client.subscribeAll('clusters');
    const first = await client.next('clusters');
    client.apply(first);
    const node = { id: 'envoy-9', cluster: 'other', user_agent_version: 'new' };
    client.raw({ node, type_url: typeUrls.clusters, response_nonce: first.nonce });
    publisher.publish(cluster('b'));
    const second = await client.next('clusters');
    assert.deepEqual([...second.names].sort(), protocol === 'delta' ? ['b'] : ['a', 'b']);
    assert.deepEqual(
      server.proxies().map(({ id, fleet, version }) => ({ id, fleet, version })),
      [{ id: 'envoy-1', fleet: 'edge', version: '1.40.0' }],
    );
  });

  test(`${protocol}: two streams of one Envoy are served each for itself`, async (t) => {
    const { server, publisher, connect } = await start(t);
    publisher.publish(cluster('a'), endpoints('a'));
    const [one, two] = [connect(protocol), connect(protocol)];
    for (const { client } of [one, two]) {
      client.subscribeAll('clusters');
      client.ack(await client.next('clusters'));
    }
    two.client.subscribe('endpoints', ['a']);
    two.client.ack(await two.client.next('endpoints'));
    assert.deepEqual(
      server.proxies().map(({ id, types }) => [id, types.endpoints.subscribed]),
      [
        ['envoy-1', false],
        ['envoy-1', true],
      ],
    );
    one.close();
    await until(() => server.proxies().length === 1);
    publisher.publish(cluster('b'), endpoints('a', '2'));
    const answers = [await two.client.next('clusters'), await two.client.next('endpoints')];
    assert.deepEqual(
      answers.map(({ names }) => names.includes('b') || names.includes('a')),
      [true, true],
    );
  });

  test(`${protocol}: a client that leaves is forgotten, politely or not`, async (t) => {
    const { server, publisher, connect } = await start(t);
    publisher.publish(cluster('a'));
    for (const leave of ['close', 'cancel']) {
      const connection = connect(protocol);
      connection.client.subscribeAll('clusters');
      await connection.client.next();
      assert.equal(server.proxies().length, 1);
      if (leave === 'close') connection.client.close();
      else connection.close();
      assert.equal((await connection.ended).code, leave === 'close' ? status.OK : status.CANCELLED);
      await until(() => server.proxies().length === 0);
      publisher.publish(cluster('a', leave));
    }
  });

  test(`${protocol}: stopping ends the streams with UNAVAILABLE`, async (t) => {
    const { server, publisher, connect } = await start(t);
    publisher.publish(cluster('a'));
    const { client, ended } = connect(protocol);
    client.subscribeAll('clusters');
    await client.next();
    const all = firstValueFrom(server.acknowledgements.pipe(toArray()));
    const before = performance.now();
    await server.stop();
    assert(performance.now() - before < 3_000);
    assert.equal((await ended).code, status.UNAVAILABLE);
    assert.deepEqual(await all, []);
  });

  test(`${protocol}: an error of our own ends that stream with INTERNAL, and others go on`, async (t) => {
    const { publisher, connect, log } = await start(t);
    const broken = {
      ...fake('secrets', 'broken'),
      get bytes(): Buffer {
        throw new Error('out of order');
      },
    };
    publisher.publish(fake('secrets', 's'), broken);
    const [good, bad] = [connect(protocol), connect(protocol)];
    good.client.subscribe('secrets', ['s']);
    good.client.ack(await good.client.next());
    bad.client.subscribe('secrets', ['broken']);
    assert.equal((await bad.ended).code, status.INTERNAL);
    assert(log.some((line) => line.includes('out of order')));
    publisher.publish(fake('secrets', 's', '2'));
    assert.deepEqual((await good.client.next()).names, ['s']);
  });

  test(`${protocol}: responses and requests of more than 4 MB pass`, async (t) => {
    const { publisher, connect } = await start(t);
    publisher.publish(cluster('big', 'x'.repeat(6_000_000)));
    const { client } = connect(protocol);
    client.subscribeAll('clusters');
    client.ack(await client.next());
    client.subscribe(
      'secrets',
      Array.from({ length: 60_000 }, (_, index) => `${'name-'.repeat(20)}${index}`),
    );
    publisher.publish(cluster('big', 'y'));
    assert.deepEqual((await client.next('clusters')).names, ['big']);
  });
}

test('a server may listen at a Unix socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-ads-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { publisher, connect } = await start(t, { host: `unix:${join(folder, 'xds.sock')}` });
  publisher.publish(cluster('a'));
  const { client } = connect('delta');
  client.subscribeAll('clusters');
  assert.deepEqual((await client.next()).names, ['a']);
});

test('a port that is taken is said clearly', async (t) => {
  const { publisher } = await start(t);
  const first = new AdsServer({ fleets: [publisher.fleet], host: '127.0.0.1', port: 0 });
  const { port } = await first.start();
  t.after(() => first.stop());
  const second = new AdsServer({ fleets: [publisher.fleet], host: '127.0.0.1', port });
  await assert.rejects(second.start(), /cannot listen at 127\.0\.0\.1:\d+/);
  await second.stop();
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    assert(performance.now() < deadline, 'waited 5 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
