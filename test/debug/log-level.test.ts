// What can be changed at the debug endpoint: how much is logged, by whoever may.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Verdict } from '../../src/debug/access.ts';
import { startDebugServer } from '../../src/debug/server.ts';
import type { LevelChange } from '../../src/debug/view.ts';
import { viewOf } from './view-for-tests.ts';

const authorization = 'Bearer abc';

async function serveLog(t: TestContext, review?: (token: string, path: string, verb: string) => Promise<Verdict>) {
  const changes: LevelChange[] = [];
  const list = () => [
    { component: 'kube', level: 'info' },
    { component: 'envoys', level: 'debug', until: Date.UTC(2026, 0, 1) },
  ];
  const logLevels = { list, set: (change: LevelChange) => void changes.push(change) };
  const server = await startDebugServer({ host: '127.0.0.1', port: 0, view: viewOf({ logLevels }), review });
  t.after(() => server.close());
  const ask = async (method: string, query = '', headers: Record<string, string> = { authorization }) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/debug/log-level${query}`, { method, headers });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as { error: string; levels: object[] } };
  };
  return { ask, changes };
}

test('levels change for whoever may put them, for a time or until a restart', async (t) => {
  const asked: string[] = [];
  const { ask, changes } = await serveLog(t, async (...what) => {
    asked.push(what.join(' '));
    return 'allowed';
  });
  const { status, body } = await ask('PUT', '?level=debug&component=kube&seconds=600');
  assert.equal(status, 200);
  assert.deepEqual(body.levels, [
    { component: 'kube', level: 'info', until: null },
    { component: 'envoys', level: 'debug', until: '2026-01-01T00:00:00.000Z' },
  ]);
  assert.equal((await ask('PUT', '?level=warn')).status, 200);
  assert.deepEqual(changes, [
    { level: 'debug', component: 'kube', seconds: 600 },
    { level: 'warn', component: undefined },
  ]);
  assert.deepEqual(asked, ['abc /debug/log-level put', 'abc /debug/log-level put']);
});

test('what cannot be meant is told, and changes nothing', async (t) => {
  const { ask, changes } = await serveLog(t, async () => 'allowed');
  for (const [query, error] of [
    ['', 'level= is no level: write debug, info, warn, error.'],
    ['?level=loud', 'level=loud is no level: write debug, info, warn, error.'],
    ['?level=debug&component=all', 'There is no component all; there are kube, envoys.'],
    ['?level=debug&seconds=0', 'seconds=0 is no whole number from 1 to 86400.'],
    ['?level=debug&seconds=99999', 'seconds=99999 is no whole number from 1 to 86400.'],
  ] as const) {
    const { status, body } = await ask('PUT', query);
    assert.deepEqual([status, body.error], [400, error]);
  }
  assert.deepEqual(changes, []);
});

test('nobody changes it without a right of his own, from this machine neither', async (t) => {
  let verdict: Verdict = 'forbidden';
  const { ask, changes } = await serveLog(t, async () => verdict);
  assert.equal((await ask('GET', '', {})).status, 200);
  const nobody = await ask('PUT', '?level=debug', {});
  assert.deepEqual([nobody.status, nobody.headers.get('www-authenticate')], [401, 'Bearer']);
  const { status, body } = await ask('PUT', '?level=debug');
  assert.deepEqual(
    [status, body.error],
    [403, 'You may not put the non-resource URL /debug/log-level: bind the ClusterRole naru-log-level.'],
  );
  verdict = 'unknown';
  assert.equal((await ask('PUT', '?level=debug')).status, 503);
  const post = await ask('POST', '?level=debug');
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD, PUT']);
  const alone = await serveLog(t);
  assert.deepEqual((await alone.ask('PUT', '?level=debug')).status, 403);
  assert.deepEqual([...changes, ...alone.changes], []);
});
