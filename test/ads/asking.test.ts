// Who asks for what gets what: every rule of asking, for both variants, through a whole stream.
import assert from 'node:assert/strict';
import test from 'node:test';
import { typeUrls } from '../../src/snapshot/resource.ts';
import { protocols } from './client.ts';
import { cluster, endpoints, fake } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

const secret = (name: string, content = '1') => fake('secrets', name, content);

for (const protocol of protocols) {
  test(`${protocol}: a wildcard brings everything, old and explicit way`, () => {
    for (const ask of ['old', 'explicit']) {
      const stage = new Stage(protocol);
      stage.publisher.publish(cluster('a'), cluster('b'));
      const client = stage.connect();
      if (ask === 'old') client.subscribeAll('clusters');
      else client.subscribe('clusters', ['*']);
      assert.deepEqual(client.ackAll(), ['clusters: a b']);
      stage.publisher.publish(cluster('c'));
      assert.deepEqual(client.ackAll(), [protocol === 'sotw' ? 'clusters: a b c' : 'clusters: c']);
    }
  });

  test(`${protocol}: a wildcard is answered even when there is nothing`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'));
    const client = stage.connectEnvoy();
    assert.deepEqual(client.ackAll(), ['clusters:']);
    stage.publisher.publish(secret('s', '2'));
    assert.deepEqual(client.ackAll(), [], 'and not again');
  });

  test(`${protocol}: nothing is said before the first snapshot, and then everything`, () => {
    const stage = new Stage(protocol);
    const client = stage.connectEnvoy();
    client.subscribe('secrets', ['s', 'none']);
    assert.deepEqual(client.lines, []);
    stage.publisher.publish(cluster('a'), secret('s'), secret('t'));
    assert.deepEqual(client.ackAll(), ['clusters: a', protocol === 'sotw' ? 'secrets: s' : 'secrets: s -none']);
  });

  test(`${protocol}: only named resources come, and only what changed of them`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'), secret('t'), secret('u'));
    const client = stage.connect();
    client.subscribe('secrets', ['s', 't']);
    assert.deepEqual(client.ackAll(), ['secrets: s t']);
    stage.publisher.publish(secret('t', '2'), secret('u', '2'));
    assert.deepEqual(client.ackAll(), ['secrets: t']);
    client.subscribe('secrets', ['u']);
    assert.deepEqual(client.ackAll(), ['secrets: u']);
  });

  test(`${protocol}: after names an empty list means nothing`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), cluster('b'));
    const client = stage.connect();
    client.subscribe('clusters', ['a']);
    client.ackAll();
    client.unsubscribe('clusters', ['a']);
    stage.publisher.publish(cluster('a', '2'), cluster('b', '2'));
    assert.deepEqual(client.lines, []);
    assert.equal(stage.state(client).types.clusters.resources, 0);
  });

  test(`${protocol}: dropping * keeps the names`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), cluster('b'));
    const client = stage.connect();
    client.subscribe('clusters', ['*', 'a']);
    client.ackAll();
    client.unsubscribe('clusters', ['*']);
    stage.publisher.publish(cluster('a', '2'), cluster('b', '2'));
    assert.deepEqual(client.ackAll(), ['clusters: a']);
  });

  test(`${protocol}: a name that appears later is sent then`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'));
    const client = stage.connect();
    client.subscribe('secrets', ['s', 'later']);
    assert.deepEqual(client.ackAll(), [protocol === 'sotw' ? 'secrets: s' : 'secrets: s -later']);
    stage.publisher.publish(secret('later'));
    assert.deepEqual(client.ackAll(), ['secrets: later']);
  });

  test(`${protocol}: unsubscribing what was never subscribed is ignored`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'));
    const client = stage.connect();
    client.subscribe('secrets', ['s']);
    client.ackAll();
    client.unsubscribe('secrets', ['what']);
    assert.deepEqual(client.lines, []);
  });

  test(`${protocol}: what was unsubscribed and asked for again is sent again`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'), secret('t'));
    const client = stage.connect();
    client.subscribe('secrets', ['s', 't']);
    client.ackAll();
    client.unsubscribe('secrets', ['t']);
    client.subscribe('secrets', ['t']);
    assert.deepEqual(client.ackAll(), ['secrets: t']);
  });

  test(`${protocol}: a name that * has brought already is sent when it is asked for by name`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), cluster('b'));
    const client = stage.connectEnvoy();
    client.ackAll();
    client.subscribe('clusters', protocol === 'sotw' ? ['*', 'a'] : ['a']);
    assert.deepEqual(client.ackAll(), [protocol === 'sotw' ? 'clusters: a b' : 'clusters: a']);
  });

  test(`${protocol}: a snapshot that changes nothing of what is asked for is not sent`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), secret('s'));
    const client = stage.connectEnvoy();
    client.subscribe('secrets', ['s']);
    client.ackAll();
    stage.publisher.publish(endpoints('a', '2'));
    assert.deepEqual(client.lines, []);
    assert.equal(stage.state(client).types.secrets.acknowledged, 2);
  });

  test(`${protocol}: versions and nonces`, () => {
    const stage = new Stage(protocol);
    const { hash } = stage.publisher.publish(cluster('a'), secret('s'));
    const client = stage.connectEnvoy();
    client.subscribe('secrets', ['s']);
    const [first, second] = [client.take(), client.take()];
    const snapshot = `1-${hash.slice(0, 8)}`;
    // What comes whole has a version that tells its own content as well.
    const own = protocol === 'sotw' ? `.${stage.publisher.resources.clusters.hash().slice(0, 8)}` : '';
    assert.deepEqual([first.version, second.version], [`${snapshot}${own}`, snapshot]);
    assert.notEqual(first.nonce, second.nonce);
    const version = protocol === 'sotw' ? '' : stage.publisher.resources.clusters.get('a')?.version;
    assert.equal(first.resources[0]?.version, version);
  });

  test(`${protocol}: an unknown type is ignored with one line, and the stream goes on`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'));
    const client = stage.connect();
    for (let count = 0; count < 3; count++) client.raw({ type_url: 'type.googleapis.com/envoy.service.runtime.v3.Runtime' });
    client.subscribeAll('clusters');
    assert.deepEqual(client.ackAll(), ['clusters: a']);
    assert.equal(stage.log.filter((line) => line.includes('Runtime')).length, 1);
  });
}

test('sotw: a request with a stale nonce counts for nothing', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(secret('s'), secret('t'));
  const client = stage.connect();
  client.subscribe('secrets', ['s']);
  const first = client.take();
  client.raw({ type_url: typeUrls.secrets, response_nonce: 'other', resource_names: ['t'] });
  client.raw({ type_url: typeUrls.secrets, resource_names: ['t'] });
  assert.deepEqual(client.lines, []);
  client.ack(first);
  stage.publisher.publish(secret('t', '2'), secret('s', '2'));
  assert.deepEqual(client.lines, ['secrets: s']);
});

test('sotw: the first request may carry the nonce of an older stream', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(secret('s'));
  const client = stage.connect();
  client.raw({ type_url: typeUrls.secrets, response_nonce: '77', resource_names: ['s'] });
  assert.deepEqual(client.lines, ['secrets: s']);
});

test('sotw: an identical request is an ACK and nothing else', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(secret('s'));
  const client = stage.connect();
  client.subscribe('secrets', ['s']);
  const response = client.take();
  client.ack(response);
  client.raw({ type_url: typeUrls.secrets, response_nonce: response.nonce, resource_names: ['s'] });
  assert.deepEqual(client.lines, []);
  assert.equal(stage.acknowledgements.length, 1);
});

test('sotw: a cluster asked for by name that does not exist is answered with the ones that do', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(cluster('a'));
  const client = stage.connect();
  client.subscribe('clusters', ['none']);
  assert.deepEqual(client.ackAll(), ['clusters:']);
  client.subscribe('clusters', ['a']);
  assert.deepEqual(client.ackAll(), ['clusters: a']);
  client.subscribe('clusters', ['neither']);
  assert.deepEqual(client.ackAll(), ['clusters: a']);
});

test('sotw: an Envoy that connects again is told the whole, even when all of it goes before it can be sent', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(cluster('a'), fake('listeners', 'l'));
  const client = stage.connectEnvoy();
  client.subscribeAll('listeners');
  stage.publisher.publish('listeners/l');
  stage.clock.advance(15_000);
  assert.deepEqual(client.lines, ['clusters: a', 'listeners:']);
});

test('delta: subscriptions count with a stale nonce', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(secret('s'), secret('t'));
  const client = stage.connect();
  client.subscribe('secrets', ['s']);
  client.ackAll();
  client.raw({ type_url: typeUrls.secrets, response_nonce: 'stale', resource_names_subscribe: ['t'], resource_names_unsubscribe: ['s'] });
  assert.deepEqual(client.ackAll(), ['secrets: t']);
  stage.publisher.publish(secret('s', '2'));
  assert.deepEqual(client.lines, []);
});

test('delta: a name that is subscribed again is answered, the same version or not', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(secret('s'));
  const client = stage.connect();
  client.subscribe('secrets', ['s']);
  client.ackAll();
  client.subscribe('secrets', ['s']);
  assert.deepEqual(client.ackAll(), ['secrets: s']);
});

test('delta: what was refused comes again when it is subscribed again', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(secret('s', 'bad'));
  const client = stage.connect();
  client.subscribe('secrets', ['s']);
  client.nack(client.take('secrets'));
  assert.deepEqual(client.lines, []);
  client.subscribe('secrets', ['s']);
  assert.deepEqual(client.lines, ['secrets: s']);
  client.ack(client.take());
  stage.publisher.publish(cluster('a'));
  assert.deepEqual(client.lines, []);
});

test('delta: a name that * covers is answered when it is unsubscribed', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(cluster('a'), cluster('b'));
  const client = stage.connect();
  client.subscribe('clusters', ['*', 'a', 'none']);
  assert.deepEqual(client.ackAll(), ['clusters: a b -none']);
  client.unsubscribe('clusters', ['a', 'none']);
  assert.deepEqual(client.ackAll(), ['clusters: a -none']);
});

test('delta: after a reconnect only what differs is sent, and what is gone is removed', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(cluster('a'), cluster('b'), cluster('gone'), secret('s'), secret('t'));
  const before = stage.connectEnvoy();
  before.subscribe('secrets', ['s', 't']);
  before.ackAll();
  before.close();
  stage.publisher.publish(cluster('b', '2'), 'clusters/gone', secret('t', '2'));

  const after = stage.connect();
  after.subscribeAll('clusters', before.versions('clusters'));
  after.subscribe('secrets', ['s', 't'], before.versions('secrets'));
  assert.deepEqual(after.ackAll(), ['clusters: b', 'secrets: t']);
  assert.equal(stage.state(after).types.clusters.resources, 3);
  stage.clock.advance(2_000);
  assert.deepEqual(after.ackAll(), ['clusters: -gone']);
});

test('delta: a reconnect with everything current costs nothing', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(cluster('a'), secret('s'));
  const before = stage.connectEnvoy();
  before.subscribe('secrets', ['s']);
  before.ackAll();
  const after = stage.connect();
  after.subscribeAll('clusters', before.versions('clusters'));
  after.subscribe('secrets', ['s'], before.versions('secrets'));
  assert.deepEqual(after.lines, []);
  assert.deepEqual(stage.state(after).types.secrets, { subscribed: true, resources: 1, sent: 1, acknowledged: 1 });
});
