// The verbs about how everything stands: status, check, bug-report.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startDemo } from './demo-for-tests.ts';
import { NaruProcess } from './naru-process.ts';

/** No kubeconfig of whoever runs the tests. */
const env = { KUBECONFIG: '', HOME: '/nonexistent', KUBERNETES_SERVICE_HOST: undefined };

async function naru(t: TestContext, ...args: readonly string[]) {
  const process = NaruProcess.start(t, args, { env });
  return { code: await process.ended(), output: process.output, errors: process.errors };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'naru-status-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('status, check and bug-report of a demo, before and after something is broken', async (t) => {
  const demo = await startDemo(t);
  const server = ['--server', `http://127.0.0.1:${demo.debug}`];
  const well = await naru(t, 'status', ...server);
  assert.equal(well.code, 0, well.errors);
  assert.match(
    well.output,
    /^ok The one Envoy runs v1\.\n {3}v1 is \d+s old: start {2}\(.*\n {3}\d+ clusters, .*\nNo object has a problem\.\n$/,
  );
  const checked = await naru(t, 'check', ...server);
  assert.equal(checked.code, 0, checked.output);
  assert.match(checked.output, /^kubernetes\n {2}skip No API server was found.*\ncontrol plane\n {2}ok {3}Naru at \S+ has v1/);
  assert.match(checked.output, /\nfleet\n {2}ok {3}local runs v1\ndata\n[\s\S]*\n0 failed, 0 warnings\.\n$/);

  demo.edit('shop.yaml', (text) => text.replace('canary-weight: "20"', 'canary-weight: "5O"'));
  await demo.naru.says(/v2 .* accepted in/);
  const broken = await naru(t, 'status', ...server);
  assert.equal(broken.code, 1);
  assert.match(broken.output, /\n1 error, 0 warnings, 0 remarks\nCODE .*\nNR214 +error +Ingress shop\/web-canary +canary-weight/);

  const archive = join(folder(t), 'report.tar.gz');
  const report = await naru(t, 'bug-report', '-o', archive, ...server);
  assert.equal(report.code, 0, report.errors);
  const listed = report.output.split('\n').flatMap((line) => /^ {2}(\S+) {2}\d+ bytes$/.exec(line)?.[1] ?? []);
  const inside = execFileSync('tar', ['tzf', archive], { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(
    inside.map((name) => name.replace(/^[^/]+\//, '')),
    listed,
  );
  const contents = execFileSync('tar', ['xzOf', archive], { encoding: 'utf8' });
  assert.match(contents, /shop\.localhost/);
  assert.doesNotMatch(contents, /PRIVATE KEY/);
});
