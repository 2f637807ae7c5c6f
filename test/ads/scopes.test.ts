// Scopes of routes, of which several listeners share one table: when they go.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Reference, Resource } from '../../src/snapshot/resource.ts';
import { line, protocols } from './client.ts';
import { cluster, endpoints, fake, listener, routes } from './fake-resources.ts';
import { Stage } from './memory-link.ts';
import { settled } from './settled.ts';

for (const protocol of protocols) {
  const complete = protocol === 'sotw';

  test(`${protocol}: what a new listener alone uses goes ahead of it, when its clusters are there; what changes goes after it`, () => {
    const stage = new Stage(protocol);
    const used = (name: string, by: string, content = '1', references: readonly Reference[] = []): Resource => ({
      ...fake('scopes', name, content, references),
      usedBy: { type: 'listeners', name: by },
    });
    stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']), used('x', 'l'), fake('scopes', 'z'));
    const client = settled(stage);
    client.subscribeAll('scopes');
    client.ack(client.take('scopes'));
    stage.publisher.publish(cluster('b'), endpoints('b'), listener('m', 'r'), used('y', 'm', '1', [{ type: 'clusters', name: 'b' }]));
    const clusters = client.take('clusters');
    client.subscribe('endpoints', ['b']);
    client.ackAll();
    assert.deepEqual(client.lines, [], 'neither listeners nor scopes are before their clusters');
    client.ack(clusters);
    const ahead = client.take('scopes');
    assert.deepEqual([line(ahead), client.lines], [complete ? 'scopes: x y z' : 'scopes: y', []]);
    client.ack(ahead);
    assert.deepEqual(client.ackAll(), [complete ? 'listeners: l m' : 'listeners: m']);

    stage.publisher.publish(listener('l', 'r', '2'), used('x', 'l', '2'), used('x2', 'l'), fake('scopes', 'z2'));
    const expected = complete ? ['listeners: l m', 'scopes: x x2 y z z2'] : ['listeners: l', 'scopes: x x2 z2'];
    assert.deepEqual(client.ackAll(), expected, 'a listener that is there already changes first');

    stage.publisher.publish(listener('n', 'r'), used('w', 'n'), fake('scopes', 'z', '2'));
    // What comes complete cannot come in two parts.
    const parts = complete ? ['listeners: l m n', 'scopes: w x x2 y z z2'] : ['scopes: w', 'listeners: n', 'scopes: z'];
    assert.deepEqual(client.ackAll(), parts);

    stage.publisher.publish(listener('o', 'r'), used('v', 'o'));
    client.nack(client.take('scopes'));
    assert.deepEqual(client.ackAll().slice(-1), [complete ? 'listeners: l m n o' : 'listeners: o'], 'a refused scope holds nothing back');
  });

  test(`${protocol}: the first scopes are all in one response, however big: a listener begins to serve with it`, () => {
    const stage = new Stage(protocol);
    const big = ['x', 'y', 'z'].map((name) => fake('scopes', name, 'o'.repeat(600_000)));
    stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']), ...big);
    const client = settled(stage);
    client.subscribeAll('scopes');
    assert.deepEqual(client.ackAll(), ['scopes: x y z']);
  });
}
