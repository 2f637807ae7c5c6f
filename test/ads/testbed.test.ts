// The testbed as a conformance suite uses it: both variants, aggregated and separate services, over real gRPC.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { packageRoot } from '../../src/dev/package-root.ts';
import { encode } from '../../src/proto/codec.ts';
import type { Resource, TypeName } from '../../src/snapshot/resource.ts';
import { line, protocols, type Client, type Protocol } from './client.ts';
import { eventually } from './real-envoy.ts';
import { Suite } from './testbed-suite.ts';

const types = ['clusters', 'listeners', 'routes', 'endpoints'] as const;
type Type = (typeof types)[number];

/** A resource that is nothing but a name. */
function bare(type: Type, name: string): Resource {
  const bytes = {
    clusters: () => encode('envoy.config.cluster.v3.Cluster', { name }),
    listeners: () => encode('envoy.config.listener.v3.Listener', { name }),
    routes: () => encode('envoy.config.route.v3.RouteConfiguration', { name }),
    endpoints: () => encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { cluster_name: name }),
  }[type]();
  return { type, name, version: '', bytes, references: [], sources: [] };
}

/** Nothing comes within the time in which everything else comes many times over. */
async function silence(client: Client): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(client.lines, [], 'a response that nobody needs');
}

/** The next response, acknowledged, as `version names -removed`; and nothing after it. */
async function next(client: Client): Promise<string> {
  const response = await client.next();
  client.ack(response);
  await silence(client);
  return `${response.version} ${line(response).replace(/^\w+: ?/, '')}`;
}

const complete = (protocol: Protocol, type: TypeName): boolean => protocol === 'sotw' && (type === 'clusters' || type === 'listeners');

interface Case {
  readonly protocol: Protocol;
  readonly type: Type;
  readonly suite: Suite;
  readonly client: Client;
}

const scenarios: Readonly<Record<string, (given: Case) => Promise<void>>> = {
  async 'some resources, an update of one of them, silence after every ACK'({ protocol, type, suite, client }) {
    await suite.set('1', ...['A', 'B', 'C'].map((name) => bare(type, name)));
    client.subscribe(type, ['A', 'B']);
    assert.equal(await next(client), '1 A B');
    assert.deepEqual(await suite.update(type, 'A', '2'), { success: true });
    assert.equal(await next(client), complete(protocol, type) ? '2 A B' : '2 A');
    await suite.update(type, 'C', '3');
    await silence(client);
  },

  async 'one name after the other on one stream'({ protocol, type, suite, client }) {
    await suite.set('1', bare(type, 'A'), bare(type, 'B'));
    client.subscribe(type, ['A']);
    assert.equal(await next(client), '1 A');
    client.subscribe(type, ['B']);
    assert.equal(await next(client), complete(protocol, type) ? '1 A B' : '1 B');
  },

  async 'a name that does not exist, and then does'({ protocol, type, suite, client }) {
    await suite.set('1', bare(type, 'A'));
    client.subscribe(type, ['A', 'Z']);
    assert.equal(await next(client), protocol === 'delta' ? '1 A -Z' : '1 A');
    assert.deepEqual(await suite.add(type, 'Z', '2'), { success: true });
    assert.equal(await next(client), complete(protocol, type) ? '2 A Z' : '2 Z');
  },

  async 'a resource goes and comes back'({ protocol, type, suite, client }) {
    await suite.set('1', bare(type, 'A'), bare(type, 'B'));
    client.subscribe(type, ['A', 'B']);
    await next(client);
    assert.deepEqual(await suite.remove(type, 'A', '2'), { success: true });
    if (protocol === 'delta') assert.equal(await next(client), '2 -A');
    else if (complete(protocol, type)) assert.equal(await next(client), '2 B');
    else await silence(client);
    await suite.add(type, 'A', '3');
    assert.equal(await next(client), complete(protocol, type) ? '3 A B' : '3 A');
  },

  async 'unsubscribed, and subscribed again'({ protocol, type, suite, client }) {
    await suite.set('1', bare(type, 'A'), bare(type, 'B'));
    client.subscribe(type, ['A', 'B']);
    await next(client);
    client.unsubscribe(type, ['A']);
    await silence(client);
    await suite.update(type, 'A', '2');
    await silence(client);
    client.subscribe(type, ['A']);
    assert.equal(await next(client), complete(protocol, type) ? '2 A B' : '2 A');
    client.unsubscribe(type, ['A', 'B']);
    await suite.update(type, 'B', '3');
    await silence(client);
  },

  async 'a refused response is not sent again until it is mended'({ protocol, type, suite, client }) {
    await suite.set('1', bare(type, 'A'), bare(type, 'B'));
    client.subscribe(type, ['A', 'B']);
    await next(client);
    await suite.update(type, 'A', '2');
    client.nack(await client.next(), 'not like that');
    await silence(client);
    await suite.update(type, 'A', '3');
    assert.equal(await next(client), complete(protocol, type) ? '3 A B' : '3 A');
  },

  async 'the same state again is nothing new'({ type, suite, client }) {
    await suite.set('1', bare(type, 'A'));
    client.subscribe(type, ['A']);
    assert.equal(await next(client), '1 A');
    await suite.set('2', bare(type, 'A'));
    await silence(client);
    assert.deepEqual(await suite.update(type, 'none', '2'), { success: false });
    assert.deepEqual(await suite.remove(type, 'none', '2'), { success: false });
    await silence(client);
  },

  async 'no state, a state, none again, another'({ protocol, type, suite, client }) {
    client.subscribe(type, ['A', 'B']);
    await silence(client);
    await suite.set('1', bare(type, 'A'));
    assert.equal(await next(client), protocol === 'delta' ? '1 A -B' : '1 A');
    assert.match((await suite.clear()).response, /test-id/);
    await silence(client);
    await suite.set('2', bare(type, 'A'), bare(type, 'B'));
    assert.equal(await next(client), complete(protocol, type) ? '2 A B' : '2 B');
  },
};

async function begin(t: TestContext, protocol: Protocol, type: Type, service: 'aggregated' | Type): Promise<Case> {
  const { suite } = await Suite.start(t);
  return { protocol, type, suite, client: suite.connect(protocol, service).client };
}

for (const protocol of protocols) {
  for (const [name, play] of Object.entries(scenarios)) {
    test(`testbed, ${protocol}: ${name}`, async (t) => {
      const cases = types.flatMap((type) => [begin(t, protocol, type, 'aggregated'), begin(t, protocol, type, type)]);
      await Promise.all(cases.map(async (each) => play(await each)));
    });
  }

  for (const type of ['clusters', 'listeners'] as const) {
    test(`testbed, ${protocol}: all ${type} by a wildcard, and what comes and changes`, async (t) => {
      for (const service of ['aggregated', type] as const) {
        const { suite, client } = await begin(t, protocol, type, service);
        await suite.set('1', ...['A', 'B', 'C'].map((name) => bare(type, name)));
        client.subscribeAll(type);
        assert.equal(await next(client), '1 A B C');
        await suite.update(type, 'A', '2');
        assert.equal(await next(client), protocol === 'sotw' ? '2 A B C' : '2 A');
        await suite.add(type, 'D', '3');
        assert.equal(await next(client), protocol === 'sotw' ? '3 A B C D' : '3 D');
      }
    });
  }

  test(`testbed, ${protocol}: types on one stream are independent, with versions of their own`, async (t) => {
    const { suite, client } = await begin(t, protocol, 'clusters', 'aggregated');
    await suite.set('1', ...types.flatMap((type) => [bare(type, 'A'), bare(type, 'B')]));
    for (const type of types.toReversed()) {
      client.subscribe(type, ['B']);
      assert.equal(await next(client), '1 B');
    }
    await suite.update('clusters', 'B', '2');
    // Nothing has to be answered before another type goes.
    const unanswered = await client.next('clusters');
    await suite.update('routes', 'B', '3');
    assert.equal(await next(client), '3 B');
    client.ack(unanswered);
    client.unsubscribe('clusters', ['B']);
    client.subscribe('clusters', ['A']);
    assert.equal(await next(client), '2 A');
    client.subscribe('listeners', ['A']);
    assert.equal(await next(client), protocol === 'sotw' ? '1 A B' : '1 A');
  });

  test(`testbed, ${protocol}: each node has a state of its own`, async (t) => {
    const { suite, another } = await Suite.start(t);
    const other = another('other');
    await suite.set('1', bare('routes', 'A'));
    await other.set('7', bare('routes', 'A'));
    const [mine, theirs] = [suite.connect(protocol, 'routes').client, other.connect(protocol, 'routes').client];
    for (const client of [mine, theirs]) client.subscribe('routes', ['A']);
    assert.equal(await next(mine), '1 A');
    assert.equal(await next(theirs), '7 A');
    await other.update('routes', 'A', '8');
    assert.equal(await next(theirs), '8 A');
    await silence(mine);
  });
}

test('testbed: a type that is not served is refused with those that are', async (t) => {
  const { suite } = await Suite.start(t);
  await assert.rejects(suite.addOfType('type.googleapis.com/no.Such'), /no\.Such.*none of the types.*Cluster/);
});

test('testbed: the command prints where it listens, and ends when it is asked to', async (t) => {
  const main = join(packageRoot(), 'src', 'main.ts');
  const child = spawn(process.execPath, [main, 'ads-testbed', '--xds-port', '0', '--control-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [, xds = '', control = ''] = await eventually(
    'both addresses',
    () => /^xds +(127\.0\.0\.1:\d+)\ncontrol +(127\.0\.0\.1:\d+)\n$/.exec(printed) ?? undefined,
  );
  const suite = new Suite(t, { xds, control });
  await suite.set('1', bare('clusters', 'A'));
  const { client } = suite.connect('sotw', 'clusters');
  client.subscribeAll('clusters');
  assert.equal(await next(client), '1 A');
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
