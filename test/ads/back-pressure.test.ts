// Slow and refusing Envoys, and big responses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { line, protocols } from './client.ts';
import { cluster, fake } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

const secret = (name: string, content = '1') => fake('secrets', name, content);

for (const protocol of protocols) {
  test(`${protocol}: an Envoy that was slow gets only the newest`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'), secret('t'));
    const client = stage.connect();
    client.subscribe('secrets', ['s', 't', 'u']);
    const slow = client.take();
    for (let count = 2; count <= 50; count++) stage.publisher.publish(secret('s', String(count)));
    stage.publisher.publish(secret('u'));
    stage.publisher.publish('secrets/u');
    stage.publisher.publish(secret('t', '2'));
    stage.publisher.publish(secret('t', '1'));
    assert.deepEqual(client.lines, []);
    client.ack(slow);
    const next = client.take();
    assert.deepEqual(
      next.resources.map(({ name, content }) => `${name} ${content}`),
      ['s 50'],
      'and nothing for what came back',
    );
    assert.match(next.version, /^54-/);
    client.ack(next);
    client.ackAll();
    assert.equal(stage.state(client).types.secrets.acknowledged, 54);
  });

  test(`${protocol}: a fleet that skips numbers is compared whole`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'), secret('t'), cluster('a'));
    const client = stage.connectEnvoy();
    client.subscribe('secrets', ['s', 't']);
    client.ackAll();
    stage.publisher.next(secret('s', '2'), cluster('b'), 'clusters/a');
    stage.publisher.publish(secret('t', '2'));
    assert.deepEqual(client.ackAll(), [protocol === 'sotw' ? 'clusters: a b' : 'clusters: b', 'secrets: s t']);
    stage.clock.advance(2_000);
    assert.deepEqual(client.ackAll(), [protocol === 'sotw' ? 'clusters: b' : 'clusters: -a']);
  });

  test(`${protocol}: big responses are cut by resource`, () => {
    const stage = new Stage(protocol);
    const names = Array.from({ length: 25 }, (_, index) => `s${index}`);
    stage.publisher.publish(...names.map((name) => secret(name, 'x'.repeat(100_000))), secret('huge', 'x'.repeat(2_000_000)));
    const client = stage.connect();
    client.subscribe('secrets', [...names, 'huge']);
    let parts = 0;
    const seen = new Set<string>();
    while (client.inbox.length > 0) {
      assert.equal(client.inbox.length, 1, 'one at a time');
      assert.equal(stage.state(client).types.secrets.acknowledged, 0);
      const part = client.take();
      assert(part.bytes < 1_100_000 || part.names.length === 1);
      for (const name of part.names) seen.add(name);
      parts++;
      client.ack(part);
    }
    assert(parts === 4 || parts === 5, 'the huge one alone, before, between or after the others');
    assert.equal(seen.size, 26);
    assert.equal(stage.state(client).types.secrets.acknowledged, 1);
  });

  test(`${protocol}: what was refused is recorded and not sent again until it changes`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'));
    const client = stage.connect();
    client.subscribe('secrets', ['s']);
    client.ackAll();
    stage.publisher.publish(secret('s', 'bad'));
    client.nack(client.take(), 'bad key');
    const { types } = stage.state(client);
    assert.deepEqual({ ...types.secrets.refused, at: 0 }, { snapshot: 2, message: 'bad key', names: ['s'], at: 0 });
    assert.equal(types.secrets.sent, 2);
    assert.equal(types.secrets.acknowledged, 1);
    const refusal = stage.acknowledgements.at(-1);
    assert.equal(refusal?.refusal, 'bad key');
    assert.deepEqual(refusal?.names, ['s']);
    assert(stage.log.some((each) => each.includes('bad key')));

    stage.publisher.publish(secret('other'));
    assert.deepEqual(client.lines, []);
    stage.publisher.publish(secret('s', 'good'));
    assert.deepEqual(client.ackAll(), ['secrets: s']);
    assert.equal(stage.state(client).types.secrets.refused, undefined);
    assert.equal(stage.state(client).types.secrets.acknowledged, 4);
  });

  test(`${protocol}: when the old content comes back after a refusal there is nothing to send`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s'));
    const client = stage.connect();
    client.subscribe('secrets', ['s']);
    client.ackAll();
    stage.publisher.publish(secret('s', 'bad'));
    client.nack(client.take());
    stage.publisher.publish(secret('s'));
    assert.deepEqual(client.lines, []);
    assert.equal(stage.state(client).types.secrets.acknowledged, 3);
    assert.equal(stage.state(client).types.secrets.refused, undefined);
  });

  test(`${protocol}: the others of a refused response go again alone, once`, () => {
    const stage = new Stage(protocol);
    const client = stage.connect();
    client.subscribe('secrets', ['s', 'bad', 't']);
    stage.publisher.publish(secret('s'), secret('bad'), secret('t'));
    client.nack(client.take());
    const sizes: number[] = [];
    while (client.inbox.length > 0) {
      const response = client.take();
      sizes.push(response.names.length);
      if (response.names.includes('bad')) client.nack(response, 'still bad');
      else client.ack(response);
    }
    assert.deepEqual(sizes, [1, 1, 1]);
    assert.deepEqual([...client.held('secrets').keys()].sort(), ['s', 't']);
    assert.deepEqual(stage.state(client).types.secrets.refused?.names, ['bad']);
    assert.equal(stage.state(client).types.secrets.refused?.message, 'still bad');
  });

  test(`${protocol}: a new content that waits while the old one is refused is sent`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(secret('s', 'bad'));
    const client = stage.connect();
    client.subscribe('secrets', ['s']);
    const bad = client.take();
    stage.publisher.publish(secret('s', 'good'));
    client.nack(bad);
    assert.deepEqual(client.ackAll(), ['secrets: s']);
    assert.equal(client.held('secrets').get('s')?.content, 'good');
  });
}

test('sotw: whole responses are never cut', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(...Array.from({ length: 25 }, (_, index) => cluster(`c${index}`, 'x'.repeat(100_000))));
  assert.equal(stage.connectEnvoy().take().names.length, 25);
});

test('sotw: after a refusal the whole goes again when something changes', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(cluster('a'));
  const client = stage.connectEnvoy();
  client.ackAll();
  stage.publisher.publish(cluster('bad'), cluster('b'));
  client.nack(client.take());
  assert.deepEqual(client.lines, []);
  stage.publisher.publish(cluster('bad', 'good'));
  assert.deepEqual(client.ackAll(), ['clusters: a b bad']);
  assert.equal(stage.state(client).types.clusters.resources, 3);
  assert.equal(stage.state(client).types.clusters.acknowledged, 3);
});

test('an error of our own ends one stream with a clear status and no other', () => {
  const stage = new Stage('delta');
  const broken = {
    ...secret('broken'),
    get bytes(): Buffer {
      throw new Error('out of order');
    },
  };
  stage.publisher.publish(secret('s'), broken);
  const [good, bad] = [stage.connect('good'), stage.connect('bad')];
  good.subscribe('secrets', ['s']);
  good.ackAll();
  bad.subscribe('secrets', ['broken']);
  assert.equal(stage.ends.length, 1);
  assert.match(stage.ends[0]?.details ?? '', /out of order/);
  assert(stage.log.some((each) => each.startsWith('proxy bad: stream broken off')));
  stage.publisher.publish(secret('s', '2'));
  assert.equal(line(good.take()), 'secrets: s');
});

test('sotw: a removal that was refused with the rest is made up for', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(fake('listeners', 'l'), fake('listeners', 'gone'));
  const client = stage.connect();
  client.subscribeAll('listeners');
  client.ackAll();
  stage.publisher.publish(fake('listeners', 'l', 'bad'), 'listeners/gone');
  const upsert = client.take();
  assert.equal(line(upsert), 'listeners: gone l');
  client.nack(upsert);
  client.nack(client.take());
  assert.deepEqual(client.lines, []);
  stage.publisher.publish(fake('listeners', 'l'));
  assert.deepEqual(client.ackAll(), ['listeners: l']);
});

test('sotw: a refused removal is not repeated while another waits for its time', () => {
  const stage = new Stage('sotw');
  stage.publisher.publish(cluster('a'), cluster('b'), cluster('c'));
  const client = stage.connectEnvoy();
  client.ackAll();
  stage.publisher.publish('clusters/a');
  stage.clock.advance(2_000);
  client.nack(client.take());
  stage.publisher.publish('clusters/b');
  assert.deepEqual(client.lines, []);
  stage.clock.advance(2_000);
  assert.deepEqual(client.ackAll(), ['clusters: c']);
  assert.equal(stage.state(client).types.clusters.resources, 1);
});

test('delta: what became again what the client holds while the new was refused is not sent', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(secret('s'));
  const client = stage.connect();
  client.subscribe('secrets', ['s']);
  client.ackAll();
  stage.publisher.publish(secret('s', 'bad'));
  const bad = client.take();
  stage.publisher.publish(secret('s'));
  client.nack(bad);
  assert.deepEqual(client.lines, []);
  assert.equal(stage.state(client).types.secrets.acknowledged, 3);
});

test('delta: removals do not go down with a refused response', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(fake('listeners', 'l'), fake('listeners', 'gone'));
  const client = stage.connect();
  client.subscribe('listeners', ['*']);
  client.ackAll();
  stage.publisher.publish(fake('listeners', 'l', 'bad'), 'listeners/gone');
  client.subscribe('listeners', ['none']);
  client.nack(client.take());
  assert.deepEqual(client.ackAll(), ['listeners: -gone -none']);
});

test('delta: that a name does not exist is said again when it was said in a refused response', () => {
  const stage = new Stage('delta');
  stage.publisher.publish(secret('bad'));
  const client = stage.connect();
  client.subscribe('secrets', ['bad', 'none']);
  const response = client.take();
  assert.equal(line(response), 'secrets: bad -none');
  client.nack(response);
  assert.deepEqual(client.ackAll(), ['secrets: -none']);
});
