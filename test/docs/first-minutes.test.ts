// A stranger's first ten minutes, as the page tells them: its commands are run, and what it promises is compared with what is printed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { pages } from './pages.ts';
import { runPage } from './run-page.ts';

for (const file of pages.folder)
  test(`every line of ${file}`, async (t) => {
    const cwd = mkdtempSync(join(tmpdir(), 'naru-minutes-'));
    t.after(() => rmSync(cwd, { recursive: true }));
    symlinkSync(resolve('manifests'), join(cwd, 'manifests'));
    writeFileSync(join(cwd, 'naru'), `#!/bin/sh\nexec "${process.execPath}" "${resolve('src/main.ts')}" "$@"\n`, { mode: 0o755 });
    const [http, https, debug] = [await choosePort(0), await choosePort(0), await choosePort(0)];
    const env = {
      ...process.env,
      PATH: `${cwd}:${process.env['PATH']}`,
      NO_COLOR: '1',
      NARU_HTTP_PORT: String(http),
      NARU_HTTPS_PORT: String(https),
      NARU_DEBUG_PORT: String(debug),
      NARU_SERVER: `http://127.0.0.1:${debug}`,
    };
    const here = (text: string): string => text.replaceAll(':8080', `:${http}`).replaceAll(':9902', `:${debug}`);
    assert.ok((await runPage(t, file, { cwd, env, here })) > 15);
  });
