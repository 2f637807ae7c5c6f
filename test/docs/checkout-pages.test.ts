// The pages whose commands are for somebody with a clone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { pages } from './pages.ts';
import { runPage } from './run-page.ts';

const anyPorts = { NARU_HTTP_PORT: '0', NARU_HTTPS_PORT: '0', NARU_DEBUG_PORT: '0', NARU_ENVOY_ADMIN_PORT: '0' };

test('the commands for a clone', async (t) => {
  const place = { cwd: process.cwd(), env: { ...process.env, ...anyPorts, NO_COLOR: '1' } };
  let count = 0;
  for (const file of pages.checkout) count += await runPage(t, file, place);
  assert.ok(count > 3, String(count));
});
