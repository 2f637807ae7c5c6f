// Extensions, by which connections go that are open.
import assert from 'node:assert/strict';
import test from 'node:test';
import { protocols } from './client.ts';
import { cluster, fake } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

for (const protocol of protocols) {
  test(`${protocol}: an extension is never taken away, for connections may still go by it, nor is one said to be missing`, () => {
    const stage = new Stage(protocol);
    stage.publisher.publish(cluster('a'), fake('extensions', 'x1'));
    const client = stage.connectEnvoy();
    client.subscribe('extensions', ['x1', 'x2']);
    assert.deepEqual(client.ackAll(), ['clusters: a', 'extensions: x1']);
    stage.publisher.publish(fake('extensions', 'x2'), 'extensions/x1');
    stage.clock.advance(60_000);
    assert.deepEqual(client.ackAll(), ['extensions: x2']);
    assert.equal(stage.state(client).types.extensions.acknowledged, 2);

    const back = stage.connect();
    client.takenOverBy(back);
    stage.clock.advance(60_000);
    assert.deepEqual(back.ackAll(), protocol === 'sotw' ? ['clusters: a', 'extensions: x2', 'listeners:'] : ['listeners:']);
    assert.equal(stage.state(back).types.extensions.acknowledged, 2);
  });
}
