// `naru dev` as somebody uses it: start it, try the line it prints, save files, stop it.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { request } from '../support/request.ts';
import { startDemo } from './demo-for-tests.ts';

test('the printed line works, and a saved file changes the running Envoy within a second', async (t) => {
  const { naru, get, edit, debug } = await startDemo(t);
  const url = /curl (\S+)/.exec(naru.output)?.[1] ?? '';
  const { status, body } = await get(url);
  assert.equal(status, 200);
  const { service, namespace, pod, path, method } = JSON.parse(body) as Record<string, string>;
  assert.deepEqual(
    { service, namespace, pod, path, method },
    { service: 'api', namespace: 'shop', pod: 'api-echo-1', path: '/api', method: 'GET' },
  );
  assert.equal((await get(`http://127.0.0.1:${debug}/readyz`)).status, 200);

  const savedAt = performance.now();
  edit('shop.yaml', (text) => text.replaceAll('shop.localhost', 'store.localhost'));
  await naru.says(/shop\.yaml {2}v2 {2}-host shop\.localhost, \+host store\.localhost, .* {2}accepted in \d+ ms/);
  assert.ok(performance.now() - savedAt < 1000);
  assert.equal((await get('http://store.localhost/api')).status, 200);
  assert.equal((await get('http://shop.localhost/api')).status, 404);
  const { fleets } = JSON.parse((await get(`http://127.0.0.1:${debug}/debug/snapshots`)).body) as {
    fleets: { name: string; version: number; cause: string }[];
  };
  assert.deepEqual(
    fleets.map(({ name, version, cause }) => ({ name, version, cause })),
    [{ name: 'naru', version: 2, cause: 'shop.yaml' }],
  );
});

test('a mistake is shown where it stands, and harms nothing else', async (t) => {
  const { naru, get, edit } = await startDemo(t);
  edit('shop.yaml', (text) => text.replace('canary-weight: "20"', 'canary-weight: "5O"'));
  const [message] = await naru.says(/NR214 error[\s\S]*\^\n.*\n/);
  assert.match(message, /Ingress shop\/web-canary {2}canary-weight: "5O" is not a whole number/);
  assert.match(message, /shop\.yaml:35:\d+\n {2}35 \| {5}nginx\.ingress\.kubernetes\.io\/canary-weight: "5O"/);
  edit('services.yaml', (text) => `${text}\n  broken: [`);
  await naru.says(/NR101 error {2}File services\.yaml[\s\S]*last good version stays active/);
  assert.equal((await get('http://shop.localhost/api')).status, 200);
});

test('Ctrl-C ends it and leaves nothing behind', async (t) => {
  const temporary = mkdtempSync(join(tmpdir(), 'naru-temporary-'));
  t.after(() => rmSync(temporary, { recursive: true }));
  const { naru, http } = await startDemo(t, [], { TMPDIR: temporary });
  const envoys = childrenOf(naru.pid);
  assert.ok(envoys.length > 0);
  naru.signal('SIGINT');
  assert.equal(await naru.ended(), 0);
  await eventually('every process is gone', () => (envoys.some((pid) => existsSync(`/proc/${pid}`)) ? undefined : true));
  await assert.rejects(request('http://shop.localhost/', { http, https: 0 }), { code: 'ECONNREFUSED' });
  assert.deepEqual(readdirSync(temporary), []);
});

test('an Ingress of a class that the folder does not have is named, with what to do', async (t) => {
  const { naru, edit, get } = await startDemo(t, ['--ingress-class', 'mine']);
  edit('class.yaml', () => '# nothing\n');
  await naru.says(/NR110 warning {2}Ingress shop\/web {2}There is no IngressClass naru\./);
  await naru.says(/-host shop\.localhost.*accepted/);
  assert.equal((await get('http://shop.localhost/api')).status, 404);
  edit('shop.yaml', (text) => text.replaceAll('ingressClassName: naru', 'ingressClassName: mine'));
  await naru.says(/\+host shop\.localhost.*accepted/);
  assert.equal((await get('http://shop.localhost/api')).status, 200);
});

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((candidate) => {
    try {
      return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${candidate}/status`, 'utf8'))?.[1]) === pid;
    } catch {
      return false;
    }
  });
}
