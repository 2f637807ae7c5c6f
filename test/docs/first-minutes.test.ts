// A stranger's first ten minutes, as the page tells them: its commands are run, and what it promises is compared with what is printed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { choosePort } from '../../src/dev/ports.ts';
import { NaruProcess } from '../cli/naru-process.ts';
import { firstMissing, readBlocks } from './page.ts';

const file = 'docs/first-minutes.md';

test('every line of the first ten minutes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-minutes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(resolve('manifests'), join(folder, 'manifests'));
  const program = join(folder, 'naru');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${resolve('src/main.ts')}" "$@"\n`, { mode: 0o755 });
  const [http, https, debug] = [await choosePort(0), await choosePort(0), await choosePort(0)];
  const env = {
    ...process.env,
    PATH: `${folder}:${process.env['PATH']}`,
    NO_COLOR: '1',
    NARU_HTTP_PORT: String(http),
    NARU_HTTPS_PORT: String(https),
    NARU_DEBUG_PORT: String(debug),
    NARU_SERVER: `http://127.0.0.1:${debug}`,
  };
  const onOurPorts = (text: string): string => text.replaceAll(':8080', `:${http}`).replaceAll(':9902', `:${debug}`);
  const run = async (script: string): Promise<{ readonly code: number; readonly output: string }> => {
    const done = promisify(execFile)('sh', ['-ec', onOurPorts(script)], { cwd: folder, env });
    return done.then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, output: `${error.stdout}${error.stderr}` }),
    );
  };

  let output = '';
  for (const { info, text, line } of readBlocks(file)) {
    const where = `${file}:${line}`;
    if (info === 'text') {
      const missing = firstMissing(onOurPorts(text), output);
      assert.equal(missing, undefined, `${where} promises what was not printed:\n${output}`);
      continue;
    }
    const [, before = text, server] = /^([\s\S]*?)^naru (dev .*)\n$/m.exec(text) ?? [];
    const { code, output: printed } = await run(before);
    assert.equal(code, info === 'sh fails' ? 1 : 0, `${where}\n${printed}`);
    output = printed;
    if (server === undefined) continue;
    const naru = NaruProcess.start(t, server.split(' '), { program, cwd: folder, env });
    await naru.says(/Try:.*\n/);
    output = naru.output;
  }
});
