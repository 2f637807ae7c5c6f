import assert from 'node:assert/strict';
import type { Client } from './client.ts';
import { cluster, endpoints, listener, routes } from './fake-resources.ts';
import type { Stage } from './memory-link.ts';

/** An Envoy that has accepted a listener, its routes, and cluster `a` behind them. */
export function settled(stage: Stage, id = 'envoy-1'): Client {
  if (stage.publisher.fleet.current === undefined) {
    stage.publisher.publish(cluster('a'), endpoints('a'), listener('l', 'r'), routes('r', ['a']));
  }
  const client = stage.connectEnvoy(id);
  client.ack(client.take('clusters'));
  client.subscribe('endpoints', ['a']);
  client.ack(client.take('endpoints'));
  client.subscribeAll('listeners');
  client.ack(client.take('listeners'));
  client.subscribe('routes', ['r']);
  client.ack(client.take('routes'));
  assert.deepEqual(client.lines, []);
  return client;
}
