// Snapshots that come faster than an Envoy can work through one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { protocols, type Client, type Received } from './client.ts';
import { EnvoyModel } from './envoy-model.ts';
import { cluster, endpoints, fake, listener, routes } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

const secret = (name: string, content = '1') => fake('secrets', name, content);

/** Runs cluster `a` and waits for the endpoints of `b`, to which its routes are to lead next. */
function warming(stage: Stage): { readonly client: Client; readonly clusters: Received } {
  stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r', '1', ['s']), routes('r', ['a']), secret('s'));
  const client = stage.connectEnvoy();
  client.subscribeAll('listeners');
  client.subscribe('endpoints', ['a']);
  client.subscribe('routes', ['r']);
  client.subscribe('secrets', ['s']);
  client.ackAll();
  stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'));
  return { client, clusters: client.take('clusters') };
}

for (const protocol of protocols) {
  const complete = protocol === 'sotw';

  test(`${protocol}: routes get through however fast clusters change`, () => {
    const stage = new Stage(protocol);
    const next = (number: number) => [cluster(`c${number}`), endpoints(`c${number}`), routes('r', [`c${number}`], String(number))];
    stage.publisher.publish(...next(1), listener('l', 'r'));
    const envoy = new EnvoyModel(stage);
    const running = (): number => Number(envoy.client.held('routes').get('r')?.content ?? 0);
    let changes = 0;
    for (let number = 2; number <= 200; number++) {
      stage.publisher.publish(...next(number), `clusters/c${number - 1}`, `endpoints/c${number - 1}`);
      const before = running();
      envoy.step();
      if (running() !== before) changes++;
      assert(number < 20 || number - running() <= 10, `routes of ${running()} while ${number} is the newest`);
      stage.clock.advance(20);
    }
    assert(changes > 20, `routes changed ${changes} times`);
    assert(envoy.client.held('clusters').size < 120, 'clusters go as well, all the time');
  });

  test(`${protocol}: what lies between was never there`, () => {
    const stage = new Stage(protocol);
    const { client, clusters } = warming(stage);
    client.subscribe('endpoints', ['b']);
    const bEndpoints = client.take();
    stage.publisher.publish(cluster('c'), endpoints('c'), routes('r', ['c'], '3'));
    stage.publisher.publish(cluster('d'), endpoints('d'), routes('r', ['d'], '4'), 'clusters/c', 'endpoints/c');
    assert.deepEqual(client.lines, []);
    client.ack(bEndpoints);
    client.ack(clusters);
    const table = client.take('routes');
    assert.equal(table.resources[0]?.content, '2');
    assert.deepEqual(client.lines, [complete ? 'clusters: a b d' : 'clusters: d']);
  });

  test(`${protocol}: new contents of endpoints and secrets go at once, other names with their snapshot`, () => {
    const stage = new Stage(protocol);
    const { client } = warming(stage);
    stage.publisher.publish(cluster('c'), endpoints('c'), endpoints('a', '2'), secret('s', '2'), routes('r', ['c'], '3'));
    assert.deepEqual(client.ackAll(), ['endpoints: a', 'secrets: s']);
    client.subscribe('endpoints', ['b', 'c']);
    assert.deepEqual(client.ackAll(), [complete ? 'endpoints: b' : 'endpoints: b -c']);
  });

  test(`${protocol}: what went ahead of its snapshot may become again what it was`, () => {
    const stage = new Stage(protocol);
    const { client } = warming(stage);
    stage.publisher.publish(endpoints('a', '2'));
    client.ackAll();
    stage.publisher.publish(endpoints('a', '1'));
    stage.clock.advance(15_000);
    client.ackAll();
    assert.equal(client.held('endpoints').get('a')?.content, '1');
  });

  test(`${protocol}: an Envoy that does not answer gets the newest after the gate time`, () => {
    const stage = new Stage(protocol);
    const { client } = warming(stage);
    stage.publisher.publish(cluster('c'), endpoints('c'), routes('r', ['b'], '3'));
    stage.clock.advance(15_000);
    assert.deepEqual(client.lines, [complete ? 'clusters: a b c' : 'clusters: c', 'routes: r']);
    assert.equal(client.take('routes').resources[0]?.content, '3');
  });
}
