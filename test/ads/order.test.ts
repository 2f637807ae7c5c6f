// Make before break on one stream: who waits for whom.
import assert from 'node:assert/strict';
import test from 'node:test';
import { line, protocols } from './client.ts';
import { cluster, endpoints, fake, listener, routes } from './fake-resources.ts';
import { Stage } from './memory-link.ts';
import { settled } from './settled.ts';

for (const protocol of protocols) {
  const complete = protocol === 'sotw';

  test(`${protocol}: routes to a new cluster wait for the ACKs of the cluster and of its endpoints`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'));
    assert.deepEqual(client.lines, [complete ? 'clusters: a b' : 'clusters: b']);
    const clusters = client.take();
    // As Envoy does it: the ACK of clusters is held back while the new one warms.
    client.subscribe('endpoints', ['b']);
    const warming = client.take();
    assert.equal(line(warming), 'endpoints: b');
    assert.deepEqual(client.lines, []);
    client.ack(warming);
    assert.deepEqual(client.lines, [], 'the cluster is not acknowledged yet');
    client.ack(clusters);
    assert.deepEqual(client.lines, ['routes: r']);
  });

  test(`${protocol}: listeners wait for clusters and endpoints, routes for listeners`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('a', '2'), endpoints('a', '2'), listener('l', 'r', '2'), routes('r', ['a'], '2'));
    const [clusters, warm] = [client.take(), client.take()];
    assert.deepEqual([line(clusters), line(warm)], ['clusters: a', 'endpoints: a']);
    client.ack(warm);
    assert.deepEqual(client.lines, []);
    client.ack(clusters);
    const listeners = client.take();
    assert.equal(line(listeners), 'listeners: l');
    assert.deepEqual(client.lines, []);
    client.ack(listeners);
    assert.deepEqual(client.ackAll(), ['routes: r']);
  });

  test(`${protocol}: endpoints and secrets wait for nobody`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(fake('secrets', 's', '1'));
    stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']));
    const client = settled(stage);
    client.subscribe('secrets', ['s']);
    client.ackAll();
    stage.publisher.publish(cluster('a', '2'));
    const clusters = client.take('clusters');
    client.ackAll();
    stage.publisher.publish(endpoints('a', '2'), fake('secrets', 's', '2'));
    assert.deepEqual(client.ackAll(), ['endpoints: a', 'secrets: s']);
    client.ack(clusters);
    assert.deepEqual(client.lines, []);
  });

  test(`${protocol}: endless changes of endpoints do not hold routes back`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(endpoints('a', '2'));
    const first = client.take('endpoints');
    stage.publisher.publish(endpoints('a', '3'), routes('r', ['a'], '2'));
    stage.publisher.publish(endpoints('a', '4'));
    client.ack(first);
    const second = client.take('endpoints');
    stage.publisher.publish(endpoints('a', '5'));
    assert.deepEqual(client.lines, []);
    client.ack(second);
    assert.deepEqual(client.lines, ['endpoints: a', 'routes: r'], 'what came after the change of routes does not count');
  });

  test(`${protocol}: endpoints come right after their cluster, the same bytes or not`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'));
    client.ack(client.take());
    client.subscribe('endpoints', ['b']);
    client.ackAll();
    stage.publisher.publish(cluster('a', '2'));
    assert.deepEqual(client.lines, [complete ? 'clusters: a b' : 'clusters: a', 'endpoints: a'], 'and not those of other clusters');
  });

  test(`${protocol}: endpoints that were under way when their cluster changed are sent again after it`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(endpoints('a', '2'));
    const early = client.take();
    stage.publisher.publish(cluster('a', '2'));
    const clusters = client.take();
    assert.equal(line(clusters), 'clusters: a');
    assert.deepEqual(client.lines, [], 'one response of a type at a time');
    client.ack(early);
    assert.deepEqual(client.ackAll(), ['endpoints: a']);
    client.ack(clusters);
  });

  test(`${protocol}: a removed cluster goes last, after its grace time`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a', 'endpoints/a');
    const clusters = client.take();
    assert.equal(line(clusters), complete ? 'clusters: a b' : 'clusters: b');
    client.subscribe('endpoints', ['b']);
    client.ackAll();
    client.ack(clusters);
    stage.clock.advance(5_000);
    const route = client.take();
    assert.equal(line(route), 'routes: r');
    client.ack(route);
    stage.clock.advance(1_999);
    assert.deepEqual(client.lines, [], 'the grace time counts from the last ACK');
    stage.clock.advance(1);
    const removal = client.take();
    assert.equal(line(removal), complete ? 'clusters: b' : 'clusters: -a');
    assert.deepEqual(client.lines, [], 'endpoints after clusters');
    client.ack(removal);
    if (!complete) {
      stage.clock.advance(2_000);
      assert.deepEqual(client.ackAll(), ['endpoints: -a'], 'Envoy would have unsubscribed by now');
    }
    assert.deepEqual([...client.held('clusters').keys()], ['b']);
  });

  test(`${protocol}: a cluster that comes back in its grace time was never gone`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a', 'endpoints/a');
    const clusters = client.take();
    client.subscribe('endpoints', ['b']);
    client.ackAll();
    client.ack(clusters);
    client.ackAll();
    stage.clock.advance(1_000);
    stage.publisher.publish(cluster('a'), endpoints('a'));
    stage.clock.advance(10_000);
    assert.deepEqual(client.lines, []);
    stage.publisher.publish(cluster('a', '2'));
    assert.deepEqual(client.ackAll(), [complete ? 'clusters: a b' : 'clusters: a', 'endpoints: a']);
  });

  test(`${protocol}: a whole response keeps what still has to stay`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(routes('r', [], '2'), 'clusters/a', 'endpoints/a');
    client.ackAll();
    stage.publisher.publish(cluster('c'), endpoints('c'));
    assert.deepEqual(client.ackAll(), [complete ? 'clusters: a c' : 'clusters: c']);
    assert(client.held('clusters').has('a'));
    stage.clock.advance(2_000);
    client.ackAll();
    assert(!client.held('clusters').has('a'));
  });

  test(`${protocol}: a client that connects again loses a cluster only after its routes`, () => {
    const stage = new Stage(protocol);
    const before = settled(stage);
    before.close();
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a', 'endpoints/a');
    const client = stage.connect();
    before.takenOverBy(client);
    const clusters = client.take('clusters');
    assert.equal(line(clusters), complete ? 'clusters: a b' : 'clusters: b');
    client.subscribe('endpoints', ['b']);
    client.ackAll();
    assert(client.held('routes').get('r')?.content === '1', 'routes wait for the cluster');
    client.ack(clusters);
    client.ackAll();
    assert.deepEqual([...client.held('clusters').keys()].sort(), ['a', 'b']);
    assert.equal(client.held('routes').get('r')?.content, '2');
    stage.clock.advance(2_000);
    client.ackAll();
    assert.deepEqual([...client.held('clusters').keys()], ['b']);
  });

  test(`${protocol}: so does one whose connection broke while the cluster had its grace time`, () => {
    const stage = new Stage(protocol);
    const before = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a', 'endpoints/a');
    before.ack(before.take('clusters'));
    before.close();
    const client = stage.connect();
    before.takenOverBy(client);
    const clusters = complete ? client.take('clusters') : undefined;
    if (clusters !== undefined) assert.deepEqual(clusters.names, ['b', 'a']);
    client.subscribe('endpoints', ['b']);
    client.ackAll();
    if (clusters !== undefined) client.ack(clusters);
    client.ackAll();
    assert.deepEqual([...client.held('clusters').keys()].sort(), ['a', 'b']);
    assert.equal(client.held('routes').get('r')?.content, '2');
    stage.clock.advance(2_000);
    client.ackAll();
    assert.deepEqual([...client.held('clusters').keys()], ['b']);
  });

  test(`${protocol}: listeners and routes go without grace once all else is settled`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('a', '2'), 'listeners/l', 'routes/r');
    const [clusters, warm] = [client.take(), client.take()];
    client.ack(warm);
    assert.deepEqual(client.lines, []);
    client.ack(clusters);
    assert.deepEqual(client.ackAll(), complete ? ['listeners:'] : ['listeners: -l', 'routes: -r']);
  });

  test(`${protocol}: a cluster stays for routes that were to be changed and then removed`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(listener('l', 'r', '2'));
    const listeners = client.take();
    stage.publisher.publish(routes('r', [], '2'), 'clusters/a', 'endpoints/a');
    stage.publisher.publish('listeners/l', 'routes/r');
    stage.clock.advance(10_000);
    assert.deepEqual(client.lines, [], 'the routes that Envoy has still lead to cluster a');
    client.ack(listeners);
    assert.deepEqual(client.ackAll(), ['routes: r', ...(complete ? ['listeners:'] : ['listeners: -l', 'routes: -r'])]);
    stage.clock.advance(2_000);
    assert.equal(line(client.take()), complete ? 'clusters:' : 'clusters: -a');
  });

  test(`${protocol}: a gate opens anyway after its time`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'));
    client.take('clusters');
    stage.clock.advance(14_999);
    assert.deepEqual(client.lines, []);
    stage.clock.advance(1);
    assert.deepEqual(client.lines, ['routes: r']);
  });

  test(`${protocol}: a type that never answers is given something newer after the gate time`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'));
    client.take('clusters');
    stage.publisher.publish(cluster('c'), endpoints('c'));
    assert.deepEqual(client.lines, []);
    stage.clock.advance(15_000);
    assert.deepEqual(client.lines, [complete ? 'clusters: a b c' : 'clusters: c']);
    stage.clock.advance(60_000);
    assert.equal(client.lines.length, 1, 'and nothing is repeated');
  });

  test(`${protocol}: a refusal settles for additions, but clusters stay while routes are refused`, () => {
    const stage = new Stage(protocol);
    const client = settled(stage);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a', 'endpoints/a');
    client.nack(client.take('clusters'));
    const route = client.take('routes');
    client.nack(route, 'bad route');
    stage.clock.advance(60_000);
    assert.deepEqual(client.lines, [], 'the routes that Envoy goes on with need cluster a');
    stage.publisher.publish(routes('r', ['b'], '3'));
    client.ackAll();
    stage.clock.advance(2_000);
    assert.deepEqual(client.lines.slice(0, 1), [complete ? 'clusters: b' : 'clusters: -a']);
  });

  test(`${protocol}: types that were not asked for hold nothing back`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']));
    const client = stage.connect();
    client.subscribe('routes', ['r']);
    assert.deepEqual(client.ackAll(), ['routes: r']);
    stage.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a');
    assert.deepEqual(client.ackAll(), ['routes: r']);
  });

  test(`${protocol}: a silent Envoy holds back nobody else`, () => {
    const stage = new Stage(protocol);
    const silent = settled(stage, 'silent');
    const other = settled(stage, 'other');
    stage.publisher.publish(cluster('a', '2'), routes('r', ['a'], '2'));
    assert.deepEqual(other.ackAll(), ['clusters: a', 'endpoints: a', 'routes: r']);
    assert.deepEqual(silent.lines, ['clusters: a', 'endpoints: a']);
  });
}
