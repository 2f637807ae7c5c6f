import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { watchKind } from '../../src/kube/watch.ts';
import { FaultyServer } from './support/faulty-server.ts';
import { print, Recorder } from './support/recorder.ts';
import { given, isSynced, quick, watched } from './support/watched.ts';
import { listen } from '../support/listen.ts';

test('a list in pages, then synced, then what happens', async (t) => {
  const { server, events } = await given(t, ['a', 'b', 'c', 'd', 'e'], { streams: false });
  const first = await events.until(isSynced);
  assert.deepEqual(first.map(print), ['a', 'b', 'c', 'd', 'e'].map((name) => `upsert Service shop/${name}`).concat('synced Service'));
  server.put('a', 81);
  server.delete('b');
  server.put('f');
  const next = await events.until((event) => event.type === 'upsert' && event.key === 'shop/f');
  assert.deepEqual(next.map(print), ['upsert Service shop/a', 'delete Service shop/b', 'upsert Service shop/f']);
  const [page, , , watch] = server.requests.map(({ pathname, searchParams }) => ({ pathname, ...Object.fromEntries(searchParams) }));
  assert.deepEqual(page, { pathname: '/api/v1/services', limit: '2' });
  const { timeoutSeconds, ...rest } = watch as typeof watch & { timeoutSeconds: string };
  assert.deepEqual(rest, { pathname: '/api/v1/services', watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '6' });
  assert.ok(Number(timeoutSeconds) >= 290 && Number(timeoutSeconds) < 590);
});

test('one namespace, and a field selector', async (t) => {
  const { server, events } = await given(t, []);
  await events.until(isSynced);
  const secrets = new Recorder(watchKind(server.connection, 'Secret', { namespace: 'shop' }));
  await secrets.until(isSynced);
  secrets.close();
  const { pathname, searchParams } = server.requests.findLast((url) => url.pathname.endsWith('/secrets')) as URL;
  assert.equal(pathname, '/api/v1/namespaces/shop/secrets');
  assert.match(searchParams.get('fieldSelector') ?? '', /^type!=helm\.sh/);
});

test('a watch that ends goes on from the version last seen, which a bookmark may have moved', async (t) => {
  const { server, events } = await given(t, ['a']);
  await events.until(isSynced);
  await events.reaches(() => server.watches === 1);
  server.fail({ at: 'stream', send: 'bookmark' });
  server.fail({ at: 'stream', send: 'end' });
  server.fail({ at: 'history' });
  server.put('b');
  await events.until((event) => event.type === 'upsert' && event.key === 'shop/b');
  assert.equal(server.requests.filter(({ searchParams }) => searchParams.has('sendInitialEvents')).length, 1);
});

test('after 410 the list is told as a difference', async (t) => {
  for (const fault of [
    { at: 'stream', send: 'gone' },
    { at: 'stream', send: 'garbage' },
  ] as const) {
    const { server, events, same } = await given(t, ['a', 'b', 'c']);
    await events.until(isSynced);
    server.fail({ at: 'watch', status: 410 });
    await same();
    server.fail({ at: 'stream', send: 'end' });
    server.delete('a');
    server.put('b', 81);
    server.put('d');
    await same();
    server.fail(fault);
    server.delete('d');
    await same();
    assert.equal(events.all.filter((event) => event.type === 'upsert' && event.key === 'shop/c').length, 1, 'c was told again');
    assert.equal(events.all.filter(isSynced).length, 1);
  }
});

test('a list that the server forgets between two pages starts over within', async (t) => {
  const { server, events, same, troubles } = await given(t, ['a', 'b', 'c'], { streams: false }, [{ at: 'continue', status: 410 }]);
  await events.until(isSynced);
  await same();
  assert.deepEqual(troubles, []);
  const limits = server.requests
    .filter(({ searchParams }) => !searchParams.has('watch'))
    .map(({ searchParams }) => searchParams.get('limit'));
  assert.deepEqual(limits, ['2', '2', null]);
});

test('synced comes only after a list has succeeded', async (t) => {
  const statuses = [500, 503, 403, 404, 401];
  const faults = statuses.map((status) => ({ at: 'list', status }) as const);
  let well = 0;
  const { events, troubles, server } = await given(t, ['a'], { onWell: () => (well += 1) }, faults);
  const first = await events.until(isSynced);
  assert.deepEqual(first.map(print), ['upsert Service shop/a', 'synced Service']);
  assert.deepEqual(troubles, [
    'Service: the API server answered 500: refused with 500.',
    'Service: the API server answered 503: refused with 503.',
    "Service: the API server answered 403: refused with 403. Naru's role needs the verbs list and watch for services (v1).",
    'Service: the API server answered 404: refused with 404. This API server does not have services of v1.',
    'Service: the API server answered 401: refused with 401. The credentials are read again.',
  ]);
  assert.equal(well, 1);
  assert.equal(server.requests.filter(({ searchParams }) => searchParams.has('sendInitialEvents')).length, 6);
});

test('each watch that begins again is told, with the reason', async (t) => {
  const reasons: string[] = [];
  const { server, events, same } = await given(t, ['a'], { onRestart: (reason) => void reasons.push(reason) });
  await events.until(isSynced);
  for (const [index, send] of (['end', 'gone', 'garbage', 'cut'] as const).entries()) {
    await events.reaches(() => server.watches === 1);
    server.fail({ at: 'stream', send });
    server.put('a', 81 + index);
    await same();
  }
  server.fail({ at: 'watch', status: 500 });
  await events.reaches(() => server.watches === 1);
  server.fail({ at: 'stream', send: 'end' });
  server.put('a', 90);
  await same();
  assert.deepEqual(reasons, ['ended', 'expired', 'lost', 'lost', 'ended', 'refused']);
});

test('after 401 the credentials are read again', async (t) => {
  const server = new FaultyServer();
  server.fail({ at: 'list', status: 401 });
  await server.listen();
  let token = 'old';
  const connection = {
    ...server.connection,
    requestOptions: async () => ({ headers: { authorization: `Bearer ${token}` } }),
    reload: async () => void (token = 'new'),
  };
  const events = new Recorder(watchKind(connection, 'Service', { timing: quick }));
  t.after(() => server.close());
  await events.until(isSynced);
  events.close();
  assert.deepEqual(server.authorizations.slice(0, 2), ['Bearer old', 'Bearer new']);
});

test('a server that asks to come back later is obeyed', async (t) => {
  const start = performance.now();
  const { events } = await given(t, ['a'], {}, [{ at: 'list', status: 429, retryAfter: 1 }]);
  await events.until(isSynced);
  assert.ok(performance.now() - start >= 1000);
});

test('an object that cannot be read is a problem of that object only', async (t) => {
  const { server, events, same } = await given(t, ['a', 'b']);
  await events.until(isSynced);
  server.put('a', 'eighty');
  server.put('b', 81);
  await same();
  assert.deepEqual(
    events.problems().map(({ source, message }) => `${source.namespace}/${source.name}: ${message}`),
    ['shop/a: "port" must be a number, but it is text.'],
  );
  assert.deepEqual([...events.objects().keys()], ['Service shop/b']);
  server.put('a', 82);
  await same();
  server.put('c', 0);
  server.delete('c');
  server.put('d');
  await same();
  assert.deepEqual(events.problems(), []);
});

test('a connection on which nothing is said is given up', async (t) => {
  const { server, events, troubles } = await given(t, ['a'], { timing: { idleMs: 60 } });
  await events.until(isSynced);
  await events.reaches(() => server.requests.filter(({ searchParams }) => searchParams.has('watch')).length > 1);
  assert.match(troubles[0] ?? '', /^Service: the API server said nothing for 0 s\./);
});

test('a server that accepts and never answers is given up', async (t) => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await listen(silent);
  const { port } = silent.address() as { port: number };
  const troubles: string[] = [];
  const connection = { server: `http://127.0.0.1:${port}`, description: '', requestOptions: async () => ({}), reload: async () => {} };
  const events = new Recorder(
    watchKind(connection, 'Service', { timing: { ...quick, idleMs: 30 }, onTrouble: (sentence) => void troubles.push(sentence) }),
  );
  t.after(() => {
    events.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  await events.reaches(() => sockets.length > 1);
  assert.match(troubles[0] ?? '', /said nothing/);
});

test('a server that is not there is waited for', async (t) => {
  const server = new FaultyServer();
  await server.listen();
  const { port } = server;
  const { connection } = server;
  await server.close();
  const troubles: string[] = [];
  const events = new Recorder(watchKind(connection, 'Service', { timing: quick, onTrouble: (sentence) => void troubles.push(sentence) }));
  await events.reaches(() => troubles.length > 2);
  assert.match(troubles[0] ?? '', /^Service: there is no connection to the API server: connect ECONNREFUSED/);
  const back = new FaultyServer();
  back.put('a');
  await back.listen(port);
  await events.until(isSynced);
  events.close();
  t.after(() => back.close());
});

test('whoever unsubscribes ends the request, even within a page', async (t) => {
  const { server, events } = await given(t, ['a', 'b']);
  await events.until(isSynced);
  await events.reaches(() => server.watches === 1);
  events.close();
  await events.reaches(() => server.watches === 0);

  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    const subscription = watchKind(server.connection, 'Service').subscribe((event) => {
      heard.push(print(event));
      subscription.unsubscribe();
      resolve();
    });
  });
  assert.deepEqual(heard, ['upsert Service shop/a']);
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: name, port: fc.constantFrom(80, 81, 82, 0) }) },
  { weight: 2, arbitrary: fc.record({ delete: name }) },
  fc.record({
    at: fc.constantFrom('list' as const, 'continue' as const, 'watch' as const),
    status: fc.constantFrom(410, 500, 403, 401, 503),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      at: fc.constant('stream' as const),
      send: fc.constantFrom('gone', 'garbage', 'cut', 'cut-in-line', 'end', 'repeat', 'bookmark', 'split' as const),
    }),
  },
  fc.record({ at: fc.constant('history' as const) }),
  fc.record({ at: fc.constant('stream list' as const), cut: fc.constantFrom('before the end' as const, 'after the end' as const) }),
  fc.constant('wait' as const),
);

test('after any sequence of faults, what was heard is what the server has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('yes' as const, 'refused' as const), fc.array(step, { maxLength: 25 }), async (streams, steps) => {
      const server = new FaultyServer();
      server.streams = streams;
      server.put('a');
      await server.listen();
      const { events, same } = watched(server);
      for (const one of steps) {
        if (one === 'wait') await events.reaches(() => server.watches === 1);
        else if ('put' in one) server.put(one.put, one.port);
        else if ('delete' in one) server.delete(one.delete);
        else server.fail(one);
      }
      await same();
      await events.reaches(() => events.all.some(isSynced));
      assert.equal(events.all.filter(isSynced).length, 1);
      assert.deepEqual(events.failures, []);
      events.close();
      await server.close();
    }),
    { numRuns: 60 },
  );
});
