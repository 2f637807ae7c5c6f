import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { request } from '../support/request.ts';
import { NaruProcess } from './naru-process.ts';

const anyPorts = ['--http-port', '0', '--https-port', '0', '--debug-port', '0', '--envoy-admin-port', '0'];

export interface Dev {
  readonly naru: NaruProcess;
  readonly dir: string;
  readonly http: number;
  readonly debug: number;
  readonly edit: (file: string, change: (text: string) => string) => void;
  readonly get: (url: string) => ReturnType<typeof request>;
}

/** The demo in a folder of its own, up and answering. */
export async function startDemo(t: TestContext, flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Dev> {
  const dir = mkdtempSync(join(tmpdir(), 'naru-demo-'));
  t.after(() => rmSync(dir, { recursive: true }));
  cpSync('manifests/demo', dir, { recursive: true });
  const naru = NaruProcess.start(t, ['dev', dir, ...anyPorts, ...flags], { env });
  const http = Number((await naru.says(/Try: {2}curl http:\/\/shop\.localhost:(\d+)\//))[1]);
  const debug = Number((await naru.says(/http:\/\/127\.0\.0\.1:(\d+)\/debug\/snapshots/))[1]);
  const edit = (file: string, change: (text: string) => string): void => {
    const path = join(dir, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  return { naru, dir, http, debug, edit, get: (url) => request(url, { http: url.includes('127.0.0.1') ? debug : http, https: 0 }) };
}
