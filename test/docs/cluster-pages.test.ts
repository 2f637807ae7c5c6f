// The pages about clusters: their commands are run against a real API server. Blocks that need running pods are looked at: what they name is there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { controlPlaneBinary, type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { readBlocks } from './page.ts';

const pages = ['docs/cluster.md', 'docs/operations.md', 'docs/security.md', 'docs/gateway-api.md'];

describe('pages about clusters', () => {
  let control: ControlPlane;
  let folder: string;

  before(async () => {
    control = await startControlPlane();
    folder = mkdtempSync(join(tmpdir(), 'naru-pages-'));
    const program = (name: string, ...command: readonly string[]): void => {
      const line = command.map((part) => `"${part}"`).join(' ');
      writeFileSync(join(folder, name), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
    };
    program('naru', process.execPath, resolve('src/main.ts'));
    program('kubectl', await controlPlaneBinary(), 'kubectl');
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await control.stop();
  });

  for (const file of pages)
    test(`the commands of ${file}`, async () => {
      const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder, KUBECONFIG: control.kubeconfig };
      let seen = 0;
      for (const { info, text, line } of readBlocks(file)) {
        const where = `${file}:${line}`;
        if (info === 'sh') {
          seen++;
          await promisify(execFile)('sh', ['-ec', text], { env }).catch((error: { stderr?: string }) =>
            assert.fail(`${where}\n${error.stderr}`),
          );
        } else if (info === 'sh pods')
          for (const [workload] of text.matchAll(/\b(deployment|daemonset)\/\S+/g))
            await control
              .kubectl(['--namespace', 'naru-system', 'get', workload])
              .catch((error: Error) => assert.fail(`${where}\n${error.message}`));
      }
      assert.ok(seen > 0, file);
    });

  test('what they end with: Secrets may be had by their names only', async () => {
    const may = async (verb: string): Promise<boolean> =>
      control.kubectl(['auth', 'can-i', verb, 'secrets', '--as', 'system:serviceaccount:naru-system:naru']).then(
        (answer) => answer.trim() === 'yes',
        () => false,
      );
    assert.deepEqual([await may('get'), await may('list'), await may('watch')], [true, false, false]);
  });
});
