// Whoever comes from another machine: the server listens everywhere, and is asked at an address that is not loopback.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test, type TestContext } from 'node:test';
import type { Verdict } from '../../src/debug/access.ts';
import { startDebugServer } from '../../src/debug/server.ts';
import { viewOf } from './view-for-tests.ts';

const address = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

async function serveEverywhere(t: TestContext, review?: (token: string, path: string) => Promise<Verdict>) {
  assert.ok(address !== undefined, 'this machine has no address but loopback');
  const server = await startDebugServer({ host: '0.0.0.0', port: 0, view: viewOf({}), review });
  t.after(() => server.close());
  return async (path: string, headers: Record<string, string> = {}, host = address) => {
    const answer = await fetch(`http://${host}:${server.port}${path}`, { headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

test('only probes and metrics are for everybody', async (t) => {
  const ask = await serveEverywhere(t);
  for (const path of ['/livez', '/healthz', '/readyz', '/metrics']) assert.equal((await ask(path)).status, 200, path);
  for (const path of ['/', '/debug/snapshots', '/debug/xds/secrets', '/debug/events', '/openapi.json', '/debug/nothing'])
    assert.equal((await ask(path, { authorization: 'Bearer t' })).status, 403, path);
  // As by kubectl port-forward.
  assert.equal((await ask('/debug/snapshots', {}, '127.0.0.1')).status, 200);
});

test('others need a token that may', async (t) => {
  const asked: string[] = [];
  let verdict: Verdict = 'allowed';
  const ask = await serveEverywhere(t, async (token, path) => {
    asked.push(`${token} ${path}`);
    return verdict;
  });
  const nobody = await ask('/debug/proxies');
  assert.deepEqual([nobody.status, nobody.headers.get('www-authenticate')], [401, 'Bearer']);
  const headers = { authorization: 'Bearer abc' };
  assert.equal((await ask('/debug/proxies', headers)).status, 200);
  assert.deepEqual(asked, ['abc /debug/proxies']);
  for (const [said, status] of [
    ['forbidden', 403],
    ['not authenticated', 401],
    ['unknown', 503],
  ] as const) {
    verdict = said;
    assert.equal((await ask('/debug/proxies', headers)).status, status);
  }
});
