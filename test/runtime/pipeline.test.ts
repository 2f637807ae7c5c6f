import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstValueFrom, lastValueFrom, map, of, Subject, take, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { KubeEvent } from '../../src/kube/event.ts';
import type { Pass } from '../../src/runtime/build.ts';
import { pipeline } from '../../src/runtime/pipeline.ts';
import { ingress, service, slice, upsert } from '../support/objects.ts';

test('no event is lost, even of a source that speaks while it is subscribed to, and endpoints go apart', async () => {
  const batches: (readonly KubeEvent[])[] = [];
  const apply = (batch: readonly KubeEvent[]): Pass => {
    batches.push(batch);
    return { cause: '', newProblems: [], changes: new Map() };
  };
  const web = upsert(service('web'));
  const pods = upsert(slice('web-1', 'web', ['10.0.0.1']));
  const route = upsert(ingress({ name: 'web', host: 'shop.test', paths: [{ path: '/', service: 'web' }] }));
  const passes = await lastValueFrom(pipeline(of(web, pods, route), { apply, begin: () => undefined }).pipe(toArray()));
  assert.deepEqual(batches, [[pods], [web, route]]);
  assert.equal(passes.length, 2);
});

test('endpoints go first of what comes in one moment, whatever comes first in it', async () => {
  const batches: (readonly KubeEvent[])[] = [];
  const apply = (batch: readonly KubeEvent[]): Pass => {
    batches.push(batch);
    return { cause: '', newProblems: [], changes: new Map() };
  };
  const route = upsert(ingress({ name: 'web', host: 'shop.test', paths: [{ path: '/', service: 'web' }] }));
  const pods = upsert(slice('web-1', 'web', ['10.0.0.1']));
  const events = new Subject<KubeEvent>();
  const passes = firstValueFrom(pipeline(events, { apply, begin: () => undefined }).pipe(take(2), toArray()));
  events.next(route);
  events.next(pods);
  await passes;
  assert.deepEqual(batches, [[pods], [route]]);
});

test('after a pass that took long, events are gathered as long as it took', () => {
  let clock = 0;
  const apply = (batch: readonly KubeEvent[]): Pass => {
    clock += 60;
    return { cause: String(batch.length), newProblems: [], changes: new Map() };
  };
  new TestScheduler((actual, wanted) => assert.deepEqual(actual, wanted)).run(({ cold, expectObservable }) => {
    const events = cold<KubeEvent>('a 9ms a 29ms a', { a: upsert(service('web')) });
    const sizes = pipeline(events, { apply, begin: () => undefined }, { now: () => clock }).pipe(map(({ cause }) => cause));
    expectObservable(sizes).toBe('1ms 1 98ms 2');
  });
});
