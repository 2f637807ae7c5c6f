import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { debugApp } from '../../src/debug/app.ts';
import { Metrics } from '../../src/debug/metrics.ts';
import { debugPaths } from '../../src/debug/paths.ts';
import type { DebugEvent } from '../../src/debug/view.ts';
import { json, serve, servePort } from './serve-for-tests.ts';
import { cluster, fleetOf, proxy, snapshotsOf, viewOf } from './view-for-tests.ts';

/** Tells what a test makes happen. */
function happenings() {
  const listeners = new Set<(event: DebugEvent) => void>();
  return {
    listeners,
    subscribe: (listener: (event: DebugEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (event: DebugEvent) => {
      for (const listener of listeners) listener(event);
    },
  };
}

const snapshots = snapshotsOf('naru', [cluster('shop/a/80')], [cluster('shop/b/80')], [cluster('shop/c/80')]);
const fleet = { ...fleetOf('naru', snapshots), snapshot: (number: number) => snapshots.find((one) => one.number === number) };

describe('who is behind, and with what', () => {
  test('an Envoy lacks two snapshots of clusters and refuses a third', async (t) => {
    const refused = { snapshot: 2, message: 'no', names: ['shop/b/80'], at: 0 };
    const types = { clusters: { subscribed: true, resources: 1, sent: 2, acknowledged: 1, refused } };
    const ask = await serve(t, { fleets: () => [fleet], proxies: () => [proxy('edge', { accepted: 1, types })] });
    const [edge] = (await json(ask('/debug/proxies')))['proxies'] as { types: { clusters: { refused: object; lag: { ms: number } } } }[];
    const { refused: refusal, lag } = edge?.types.clusters ?? { refused: {}, lag: { ms: 0 } };
    assert.deepEqual({ ...refusal, at: 0 }, { version: 2, message: 'no', resources: ['shop/b/80'], sources: ['Ingress shop/web'], at: 0 });
    const { ms, ...rest } = lag;
    assert.ok(ms > 0, String(ms));
    assert.deepEqual(rest, { versions: 2, since: '2026-01-01T12:01:00.000Z', sources: ['Ingress shop/web'] });
  });
});

describe('?wait=', () => {
  test('answers when the last Envoy has come', async (t) => {
    const { subscribe, tell, listeners } = happenings();
    let proxies = [proxy('one', { accepted: 3 }), proxy('two', { accepted: 2 })];
    const ask = await serve(t, { fleets: () => [fleet], proxies: () => proxies, subscribe });
    const waiting = json(ask('/debug/proxies?wait=v3'));
    while (listeners.size === 0) await new Promise(setImmediate);
    proxies = [proxy('one', { accepted: 3 }), proxy('two', { accepted: 3 })];
    tell({ type: 'accepted', fleet: 'naru', version: 3, proxy: 'two', tookMs: 1 });
    assert.equal(((await waiting)['proxies'] as object[]).length, 2);
    assert.equal(listeners.size, 0);
    assert.equal((await ask('/debug/snapshots?wait=3')).status, 200);
  });

  test('says who has not, when time is over', async (t) => {
    let proxies = [proxy('one', { accepted: 2 })];
    const ask = await serve(t, { fleets: () => [fleet], proxies: () => proxies });
    const late = await ask('/debug/snapshots?wait=3&timeout=0');
    assert.deepEqual(
      [late.status, (JSON.parse(late.text) as { error: string }).error],
      [504, 'Not every Envoy runs snapshot 3: one (snapshot 2).'],
    );
    proxies = [];
    assert.match((await ask('/debug/snapshots?wait=3&timeout=0')).text, /none is connected/);
    assert.match((await ask('/debug/snapshots?wait=soon')).text, /wait=soon is not the number of a snapshot/);
    assert.match((await ask('/debug/snapshots?wait=3&timeout=later')).text, /timeout=later is not a number/);
  });
});

test('/debug/events tells what happens', async (t) => {
  const { subscribe, tell, listeners } = happenings();
  const port = await servePort(t, { fleets: () => [fleet], subscribe });
  const abort = new AbortController();
  const { headers, body } = await fetch(`http://127.0.0.1:${port}/debug/events`, { signal: abort.signal });
  assert.equal(headers.get('content-type'), 'text/event-stream');
  assert.ok(body !== null);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<string> => (await reader.read()).value ?? '';
  assert.match(await next(), /^event: snapshot\nid: naru\/3\ndata: \{"fleet":"naru","version":3,"cause":"step 3"\}\n\n$/);
  const answer = { proxy: 'edge', resourceType: 'clusters', names: ['shop/c/80'], refusal: 'no', tookMs: 2 } as const;
  tell({ type: 'answer', fleet: 'naru', version: 3, ...answer });
  assert.match(await next(), /^event: answer\n.*\ndata: .*"refusal":"no"/);
  abort.abort();
  while (listeners.size > 0) await new Promise(setImmediate);
});

describe('/openapi.json', () => {
  test('has every path that is served, and no other', () => {
    const view = viewOf({});
    const served = debugApp({ view, metrics: new Metrics(view, '1'), version: '1' }).routes.map(({ path }) => path);
    const named = served
      .filter((path) => !['/', '/*'].includes(path))
      .map((path) => path.replaceAll(/\{.+?\}/g, '').replaceAll(/:(\w+)/g, '{$1}'));
    assert.deepEqual([...new Set(named)].toSorted(), Object.keys(debugPaths).toSorted());
  });

  test('has every path, and what each answers', async (t) => {
    const ask = await serve(t, { fleets: () => [fleet], objects: () => [], logLevels: { list: () => [], set: () => {} } });
    const { openapi, paths } = (await json(ask('/openapi.json'))) as {
      openapi: string;
      paths: Record<
        string,
        {
          put?: { security: object[] };
          get: { responses: Record<string, { content: Record<string, { schema: { properties?: object } }> }> };
        }
      >;
    };
    assert.equal(openapi, '3.1.0');
    assert.deepEqual(Object.keys(paths), Object.keys(debugPaths));
    assert.deepEqual(
      Object.entries(paths).flatMap(([path, operations]) => ('put' in operations ? [[path, operations.put.security]] : [])),
      [['/debug/log-level', [{ kubernetes: [] }]]],
    );
    const called = {
      '/debug/snapshots': '/debug/snapshots',
      '/debug/snapshots/{version}': '/debug/snapshots/v2',
      '/debug/log-level': '/debug/log-level',
      '/debug/proxies': '/debug/proxies',
      '/debug/problems': '/debug/problems',
      '/debug/objects': '/debug/objects',
      '/debug/certs': '/debug/certs',
      '/debug/graph.json': '/debug/graph.json',
      '/debug/xds/{type}': '/debug/xds/clusters',
      '/debug/xds/{type}/{name}': '/debug/xds/clusters/shop/a/80',
      '/debug/explain': '/debug/explain?url=http://shop.test/',
    };
    for (const [path, url] of Object.entries(called)) {
      const properties = paths[path]?.get.responses['200']?.content['application/json']?.schema.properties;
      assert.deepEqual(Object.keys(await json(ask(url))), Object.keys(properties ?? {}), path);
    }
  });
});
