// `naru wait` returns when every Envoy has accepted an object; here with a folder, in test/cluster/wait.test.ts with an API server.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startDemo } from './demo-for-tests.ts';
import { NaruProcess } from './naru-process.ts';

async function wait(t: TestContext, ...args: readonly string[]) {
  const process = NaruProcess.start(t, ['wait', ...args]);
  const code = await process.ended();
  return { code, output: process.output, errors: process.errors };
}

test('an object is waited for until all Envoys have it; what is wrong with it is told', async (t) => {
  const demo = await startDemo(t);
  const server = ['--server', `http://127.0.0.1:${demo.debug}`];
  const web = await wait(t, 'ingress/web', '-n', 'shop', ...server);
  assert.deepEqual([web.code, web.output, web.errors], [0, 'Ingress shop/web is accepted by the one Envoy (v1).\n', '']);

  demo.edit('shop.yaml', (text) => text.replace('canary-weight: "20"', 'canary-weight: "5O"'));
  await demo.naru.says(/v2 .* accepted in/);
  const canary = await wait(t, 'ing/shop/web-canary', ...server);
  assert.equal(canary.code, 1);
  assert.match(canary.output, /is accepted by the one Envoy/);
  assert.match(canary.errors, /^NR214 error {2}Ingress shop\/web-canary {2}canary-weight/);
});

test('who waits in vain is told why', async (t) => {
  const demo = await startDemo(t);
  const server = ['--server', `http://127.0.0.1:${demo.debug}`, '--timeout', '300ms'];
  const unknown = await wait(t, 'ingress/shop/nowhere', ...server);
  assert.equal(unknown.code, 1);
  assert.match(unknown.errors, /^Not within 0\.3 s:\nNaru at \S+ does not know Ingress shop\/nowhere\.\n$/);
  const wrong = await wait(t, 'deployment/web', ...server);
  assert.equal(wrong.code, 2);
  assert.match(wrong.errors, /"deployment\/web" is no object that can be waited for\. Write it as in ingress\/web/);
});
