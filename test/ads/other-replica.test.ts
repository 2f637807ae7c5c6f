// A client of state of the world goes from one replica to another, which has gathered the same changes in other batches.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cluster, endpoints, listener, routes } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

test('sotw: what a client brings from another replica goes only after the routes to it', () => {
  const [one, other] = [new Stage('sotw'), new Stage('sotw')];
  one.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']));
  one.publisher.publish(endpoints('a', '2'));
  const before = one.connectEnvoy();
  before.ack(before.take('clusters'));
  before.subscribe('endpoints', ['a']);
  before.subscribeAll('listeners');
  before.ackAll();
  before.subscribe('routes', ['r']);
  before.ackAll();

  // It has never had a snapshot that was the same in all.
  other.publisher.publish(cluster('a'), endpoints('a', '3'), listener('l', 'r'), routes('r', ['a']));
  other.publisher.publish(cluster('b'), endpoints('b'), routes('r', ['b'], '2'), 'clusters/a', 'endpoints/a');
  const client = other.connect();
  before.close();
  before.takenOverBy(client);
  const clusters = client.take('clusters');
  assert.deepEqual([...clusters.names].sort(), ['a', 'b']);
  client.subscribe('endpoints', ['b']);
  client.ackAll();
  client.ack(clusters);
  client.ackAll();
  assert.equal(client.held('routes').get('r')?.content, '2');
  assert.deepEqual([...client.held('clusters').keys()].sort(), ['a', 'b']);
  other.clock.advance(2_000);
  client.ackAll();
  assert.deepEqual([...client.held('clusters').keys()], ['b']);
});
