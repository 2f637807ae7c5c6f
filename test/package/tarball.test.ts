// What `npm pack` makes is installed elsewhere and runs there, under the Node that a user has.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { NaruProcess } from '../cli/naru-process.ts';
import { request } from '../support/request.ts';

const run = promisify(execFile);

test('the tarball, installed elsewhere, runs naru dev', async (t) => {
  const found = await findEnvoy();
  assert.ok(found.found, found.found ? '' : found.message);
  const folder = mkdtempSync(join(tmpdir(), 'naru-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = stdout.trim().split('\n').at(-1) ?? '';
  writeFileSync(join(folder, 'package.json'), '{}');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball)], { cwd: folder });

  const program = join(folder, 'node_modules', '.bin', 'naru');
  const args = ['dev', resolve('manifests/demo'), '--http-port', '0', '--https-port', '0', '--debug-port', '0'];
  const naru = NaruProcess.start(t, args, { program, cwd: folder, env: { NARU_ENVOY: found.path } });
  const http = Number((await naru.says(/Try: {2}curl http:\/\/shop\.localhost:(\d+)\//))[1]);
  assert.equal((await request('http://shop.localhost/api', { http, https: 0 })).status, 200);
  // The thread that finds it out is a file of the package, too.
  const [, server = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/debug/.exec(naru.output) ?? [];
  assert.match(
    (await run(program, ['why', 'ingress/shop/web-canary', '--server', server])).stdout,
    /canary-weight: "20"\n {2}changes scope /,
  );
  // So are packages, whose names may be hidden by that.
  for (const output of ['yaml', 'json', 'wide', 'name', 'table']) {
    const printed = await run(program, ['get', 'routes', '--server', server, '-o', output]);
    assert.match(printed.stdout, /shop\/web[ :]prefix|shop\.localhost/, output);
  }
  naru.signal('SIGTERM');
  assert.equal(await naru.ended(), 0);

  // Verbs that soon end are another file, of which the second process runs what was compiled for the first.
  const files = ['-f', resolve('manifests/demo')];
  const env = { ...process.env, NARU_ENVOY: found.path, XDG_CACHE_HOME: join(folder, 'cache') };
  for (const verb of [
    ['lint', ...files],
    ['translate', ...files],
    ['get', 'hosts', ...files],
    ['get', 'certs', ...files, '-o', 'yaml'],
    ['explain', 'GET', 'http://shop.localhost/api', ...files],
    ['why', 'ingress/shop/web-canary', ...files],
    ['migrate', 'gateway-api', ...files],
    ['codes', 'NR303'],
    ['completion', 'zsh'],
    ['--help'],
  ]) {
    const { stdout: expected } = await run(process.execPath, ['src/main.ts', ...verb], { env });
    for (const time of ['first', 'second'])
      assert.equal((await run(program, verb, { env })).stdout, expected, `${verb.join(' ')}, the ${time} time`);
  }
});
