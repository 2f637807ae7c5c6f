// When an Envoy counts as running a snapshot.
import assert from 'node:assert/strict';
import test from 'node:test';
import { protocols } from './client.ts';
import { cluster, endpoints, fake, listener, routes } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

const secret = (name: string, content = '1') => fake('secrets', name, content);

for (const protocol of protocols) {
  test(`${protocol}: an Envoy has accepted a snapshot when it holds all that its listeners refer to`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r', '1', ['s']), routes('r', ['a']), secret('s'));
    const client = stage.connectEnvoy();
    const accepted = () => stage.accepted.map(({ snapshot }) => snapshot);
    client.ackAll();
    client.subscribe('endpoints', ['a']);
    client.ackAll();
    client.subscribeAll('listeners');
    client.ackAll();
    client.subscribe('routes', ['r']);
    client.ackAll();
    assert.deepEqual(accepted(), [], 'the secret is missing');
    client.subscribe('secrets', ['s']);
    assert.deepEqual(accepted(), [], 'the secret is on its way');
    client.ackAll();
    assert.deepEqual(accepted(), [1]);
    assert.equal(stage.state(client).accepted, 1);

    stage.publisher.publish(secret('unused'));
    assert.deepEqual(accepted(), [1, 2], 'a snapshot without news for this Envoy is accepted at once');
    stage.publisher.publish(routes('r', [], '2'), 'clusters/a', 'endpoints/a');
    client.ack(client.take());
    assert.deepEqual(accepted(), [1, 2, 3], 'a removal that has to wait does not count');
    stage.publisher.publish(routes('r', [], 'bad'));
    client.nack(client.take());
    stage.publisher.publish(secret('unused', '2'));
    assert.deepEqual(accepted(), [1, 2, 3], 'what was refused is not accepted');
  });

  test(`${protocol}: after a reconnect an Envoy must accept anew, with what it holds`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(listener('l', 'r'), routes('r', []));
    const before = stage.connect();
    before.subscribeAll('listeners');
    before.ackAll();
    before.subscribe('routes', ['r']);
    before.ackAll();
    before.close();
    const after = stage.connect();
    after.subscribeAll('listeners', before.versions('listeners'));
    after.ackAll();
    assert.equal(stage.state(after).accepted, 0);
    after.subscribe('routes', ['r'], before.versions('routes'));
    after.ackAll();
    assert.equal(stage.state(after).accepted, 1);
  });

  test(`${protocol}: a cluster that is about to go needs no endpoints`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(listener('l', 'r'), routes('r', []), cluster('short'), endpoints('short'));
    const client = stage.connectEnvoy();
    stage.publisher.publish('clusters/short', 'endpoints/short');
    client.subscribeAll('listeners');
    client.ackAll();
    client.subscribe('routes', ['r']);
    client.ackAll();
    assert(client.held('clusters').has('short'));
    assert.equal(stage.state(client).accepted, 2);
  });

  test(`${protocol}: without listeners nothing is accepted`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'));
    const client = stage.connectEnvoy();
    client.ackAll();
    assert.equal(stage.state(client).types.clusters.acknowledged, 1);
    assert.equal(stage.state(client).accepted, 0);
  });
}
