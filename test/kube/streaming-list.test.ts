import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outage } from '../../src/kube/api/outage.ts';
import type { Kind } from '../../src/kube/objects.ts';
import { watchKind } from '../../src/kube/watch.ts';
import { FaultyServer } from './support/faulty-server.ts';
import { print, Recorder } from './support/recorder.ts';
import { given, isSynced, quick, started } from './support/watched.ts';

test('a list that is the beginning of the watch', async (t) => {
  const { server, events } = await given(t, ['a', 'b', 'c']);
  const first = await events.until(isSynced);
  assert.deepEqual(first.map(print), ['a', 'b', 'c'].map((name) => `upsert Service shop/${name}`).concat('synced Service'));
  server.put('a', 81);
  await events.until((event) => event.type === 'upsert' && event.key === 'shop/a');
  const [{ searchParams } = assert.fail(), ...more] = server.requests;
  assert.deepEqual(more, []);
  const { timeoutSeconds: _, ...rest } = Object.fromEntries(searchParams);
  assert.deepEqual(rest, {
    watch: 'true',
    allowWatchBookmarks: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
  });
  // The end of the list was the version to go on from.
  server.fail({ at: 'stream', send: 'end' });
  server.fail({ at: 'history' });
  await events.reaches(() => server.requests.length === 2);
  assert.equal(server.requests[1]?.searchParams.get('resourceVersion'), '5');
});

test('a server without streaming lists is asked for pages, and not asked again', async (t) => {
  const refusing = new FaultyServer();
  refusing.streams = 'refused';
  const { events, troubles, same } = await started(t, refusing, ['a', 'b', 'c']);
  await events.until(isSynced);
  await events.reaches(() => refusing.watches === 1);
  refusing.fail({ at: 'stream', send: 'gone' });
  refusing.put('d');
  await same();
  assert.deepEqual(troubles, ['Service: the API server answered 410: too old resource version.']);
  assert.equal(refusing.requests.filter(({ searchParams }) => searchParams.has('sendInitialEvents')).length, 1);
});

test('a server that has never heard of streaming lists and begins a usual watch is asked for pages', async (t) => {
  for (const bookmark of [true, false]) {
    const ignorant = new FaultyServer();
    ignorant.streams = 'unheard of';
    const { events, same, troubles } = await started(t, ignorant, ['a'], { timing: { listIdleMs: bookmark ? 5000 : 30 } });
    await events.until((event) => event.type === 'upsert');
    if (bookmark) ignorant.fail({ at: 'stream', send: 'bookmark' });
    await events.until(isSynced);
    ignorant.put('b');
    await same();
    assert.deepEqual(troubles, []);
  }
});

test('a streaming list that is cut before its end deletes nothing, and one that is cut after it is whole', async (t) => {
  const { server, events, same, troubles } = await given(t, ['a', 'b'], {}, [{ at: 'stream list', cut: 'before the end' }]);
  const first = await events.until(isSynced);
  assert.deepEqual(first.map(print), ['upsert Service shop/a', 'upsert Service shop/b', 'synced Service']);
  assert.deepEqual(troubles, ['Service: the API server ended a list before it was whole.']);
  await events.reaches(() => server.watches === 1);
  server.fail({ at: 'stream list', cut: 'after the end' });
  server.fail({ at: 'stream', send: 'gone' });
  server.delete('a');
  await same();
  assert.equal(events.all.filter((event) => event.type === 'upsert').length, 2);
});

test('when the server answers one kind again, the others ask at once', async (t) => {
  const server = new FaultyServer();
  await server.listen();
  const { port, connection } = server;
  await server.close();
  const outage = new Outage();
  const troubles: string[] = [];
  const watch = (kind: Kind, minDelayMs: number): Recorder =>
    new Recorder(
      watchKind(connection, kind, {
        outage,
        timing: { ...quick, minDelayMs, maxDelayMs: minDelayMs },
        onTrouble: (one) => troubles.push(one),
      }),
    );
  const patient = watch('Secret', 3_600_000);
  await patient.reaches(() => troubles.length > 0);
  const eager = watch('Service', 2);
  const back = new FaultyServer();
  t.after(async () => {
    patient.close();
    eager.close();
    await back.close();
  });
  await back.listen(port);
  await eager.until(isSynced);
  await patient.until(isSynced);
});
