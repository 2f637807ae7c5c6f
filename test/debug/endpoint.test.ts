import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startDebugServer } from '../../src/debug/server.ts';
import { problem } from '../../src/model/problem.ts';
import { json, serve } from './serve-for-tests.ts';
import { viewOf } from './view-for-tests.ts';

describe('the debug endpoint', () => {
  test('/debug/problems', async (t) => {
    const source = { kind: 'Ingress', namespace: 'shop', name: 'web' };
    const found = problem('NR501', source, { message: 'There is no Service.', done: 'Requests get 503.' });
    const ask = await serve(t, { problems: () => [found] });
    assert.deepEqual(await json(ask('/debug/problems')), { apiVersion: 'naru.io/debug/v1', problems: [found] });
  });

  test('/readyz and /livez', async (t) => {
    const checks = [
      { name: 'snapshot', ok: true, message: 'snapshot 3' },
      { name: 'envoy', ok: true, message: 'serving' },
    ];
    let live = true;
    const ask = await serve(t, { checks: () => checks, live: () => live });
    assert.deepEqual(await ask('/readyz').then(({ status, text }) => [status, text]), [200, 'ok\n']);
    assert.equal((await ask('/readyz?verbose')).text, '[+]snapshot ok: snapshot 3\n[+]envoy ok: serving\nreadyz check passed\n');
    checks[1] = { name: 'envoy', ok: false, message: 'not yet' };
    assert.deepEqual(await ask('/readyz').then(({ status, text }) => [status, text]), [
      503,
      '[+]snapshot ok: snapshot 3\n[-]envoy failed: not yet\nreadyz check failed\n',
    ]);
    assert.equal((await ask('/livez')).status, 200);
    assert.equal((await ask('/healthz?verbose')).text, '[+]process ok: running\nhealthz check passed\n');
    live = false;
    assert.equal((await ask('/healthz')).status, 503);
    assert.deepEqual(await ask('/livez').then(({ status, text }) => [status, text]), [
      503,
      '[-]process failed: only a restart can help\nlivez check failed\n',
    ]);
  });

  test('an index, and what there is instead of an unknown path', async (t) => {
    const ask = await serve(t, {});
    const index = await ask('/');
    assert.match(index.headers['content-type'] ?? '', /^text\/plain/);
    assert.match(index.text, /^\/debug\/snapshots\S* +what each fleet should run/m);
    const { status } = await ask('/debug/nothing');
    assert.equal(status, 404);
    const page = await json(ask('/debug/nothing'));
    assert.equal(page['error'], 'There is nothing at /debug/nothing.');
    assert.ok((page['paths'] as string[]).includes('/debug/proxies'));
  });

  test('reads only', async (t) => {
    const ask = await serve(t, {});
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask('/debug/snapshots', { method });
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD']);
    }
    const head = await ask('/debug/snapshots', { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
  });

  test('on loopback, answers only to names that cannot be made to point there', async (t) => {
    const ask = await serve(t, {});
    const status = async (host: string) => (await ask('/debug/problems', { headers: { host } })).status;
    for (const host of [
      '127.0.0.1:9902',
      '10.1.2.3',
      '[::1]:9902',
      'localhost',
      'LOCALHOST:1',
      'naru.localhost',
      'naru.naru-system.svc',
      'naru.a.svc.cluster.local:80',
    ]) {
      assert.equal(await status(host), 200, host);
    }
    for (const host of ['evil.example.com', 'localhost.evil.com:9902', 'a.svc.evil.com', '127.0.0.1.nip.io', '[evil]']) {
      assert.ok([400, 403].includes(await status(host)), host);
    }
    const { text } = await ask('/', { headers: { host: 'evil.example.com' } });
    assert.match(text, /does not answer to the name evil\.example\.com: use localhost or an IP address/);
  });

  test('bound to all addresses, it asks the same of whoever comes from this machine', async (t) => {
    const ask = await serve(t, {}, '0.0.0.0');
    assert.equal((await ask('/', { headers: { host: 'naru.example.com' } })).status, 403);
  });

  test('says where it cannot listen', async (t) => {
    const first = await startDebugServer({ host: '127.0.0.1', port: 0, view: viewOf({}) });
    t.after(() => first.close());
    await assert.rejects(
      startDebugServer({ host: '127.0.0.1', port: first.port, view: viewOf({}) }),
      /The debug endpoint cannot listen at 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
  });
});
