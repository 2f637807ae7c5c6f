// What many streams have in common is done once, and not for all in the same moment.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { delta } from '../../src/ads/delta.ts';
import { FanOut } from '../../src/ads/fan-out.ts';
import { FramedResponses } from '../../src/ads/framed-responses.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { protocols } from './client.ts';
import { FakeClock } from './fake-clock.ts';
import { cluster, endpoints, Publisher } from './fake-resources.ts';
import { Stage } from './memory-link.ts';

const content = (...resources: ReturnType<typeof cluster>[]) => ({ typeUrl: 'T', version: '1', resources, removed: [] });

test('a response is framed once for all streams, and never twice with one nonce for the same stream', () => {
  const clock = new FakeClock();
  const responses = new FramedResponses(clock);
  const a = cluster('a');
  const first = responses.frame(delta, content(a), 0);
  assert.equal(responses.frame(delta, content(a), 0).bytes, first.bytes, 'another stream');
  const again = responses.frame(delta, content(a), first.nonce);
  assert(again.nonce > first.nonce, 'the same stream');
  assert.notEqual(responses.frame(delta, content(a, cluster('b')), 0).bytes, first.bytes);
  assert.notEqual(responses.frame({ ...delta }, content(a), 0).bytes, first.bytes, 'a variant that may frame it in another way');
  clock.advance(2_000);
  assert.notEqual(responses.frame(delta, content(a), 0).bytes, first.bytes, 'nothing is kept for long');
});

for (const protocol of protocols) {
  test(`${protocol}: streams that ask in any order for the same get the same bytes`, () => {
    const stage = new Stage(protocol);
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
    stage.publisher.publish(...names.map((name) => endpoints(name)));
    const clients = [names, names.toReversed()].map((order, index) => {
      const client = stage.connect(`envoy-${index}`);
      client.subscribe('endpoints', order);
      return client.take();
    });
    assert.deepEqual(clients[0], clients[1]);
  });
}

test('a large fleet is told in turns, each stream of the newest', async () => {
  const publisher = new Publisher();
  const told: (readonly [number, number])[] = [];
  let newest: Snapshot | undefined;
  const fanOut = new FanOut(() => newest);
  const listeners = Array.from({ length: 50 }, (_, index) => ({ publish: ({ number }: Snapshot) => void told.push([index, number]) }));
  newest = publisher.next(cluster('a'));
  fanOut.tell(listeners);
  assert.deepEqual(new Set(told.map(([index]) => index)), new Set(listeners.slice(0, 16).keys()), 'the first at once');
  newest = publisher.next(cluster('b'));
  fanOut.tell(listeners);
  for (const gone of listeners.slice(40)) fanOut.forget(gone);
  while (told.length < 16 + 40) await turn();
  await turn();
  const after = told.slice(16);
  assert.deepEqual(
    after.map(([index]) => index),
    [...listeners.slice(16, 40).keys()].map((index) => index + 16).concat([...listeners.slice(0, 16).keys()]),
    'those that waited come first, and each once',
  );
  assert(after.every(([, number]) => number === 2));
});
