// What the Dockerfile says is done in a folder, and what its last stage holds starts there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { NaruProcess } from '../cli/naru-process.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { eventually } from '../support/eventually.ts';
import { buildImage } from './dockerfile.ts';

test('the image builds, and naru serve starts in it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-image-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const bases = {
    'envoyproxy/envoy:v1.40.0': { 'usr/local/bin/envoy': await envoyForTests() },
    'node:24-bookworm': {},
    'gcr.io/distroless/nodejs24-debian13:nonroot': { 'nodejs/bin/node': process.execPath },
  };
  // There is no pip in that image, and packages that are here need not be fetched again.
  const env = { ...process.env, PIP_NO_INDEX: '1', npm_config_prefer_offline: 'true' };
  const image = await buildImage({ file: 'Dockerfile', folder, bases, env });

  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { name: 'none', cluster: { server: 'http://127.0.0.1:1' } };
  const context = { name: 'none', context: { cluster: 'none', user: 'none' } };
  const users = [{ name: 'none', user: {} }];
  writeFileSync(kubeconfig, JSON.stringify({ clusters: [cluster], users, contexts: [context], 'current-context': 'none' }));
  const [program = '', ...args] = image.entrypoint;
  const debug = await choosePort(0);
  const addresses = ['--ads-address', '127.0.0.1:0', '--debug-address', `127.0.0.1:${debug}`];
  const naru = NaruProcess.start(t, [...args, 'serve', '--kubeconfig', kubeconfig, ...addresses], {
    program: join(image.root, program),
    cwd: join(image.root, image.workdir),
    env: image.env,
  });
  await eventually('it lives', async () => ((await fetch(`http://127.0.0.1:${debug}/livez`)).status === 200 ? true : undefined));
  // It has nothing to serve yet.
  assert.equal((await fetch(`http://127.0.0.1:${debug}/readyz`)).status, 503);
  naru.signal('SIGTERM');
  assert.equal(await naru.ended(), 0);
});
