import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, type Messages } from '../../src/proto/codec.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';

export type Bootstrap = Messages['envoy.config.bootstrap.v3.Bootstrap'];

export interface Verdict {
  readonly accepted: boolean;
  readonly output: string;
}

let found: Promise<string> | undefined;

/** What the real Envoy says of a bootstrap; about 50 ms. */
export async function envoyVerdict(bootstrap: Bootstrap): Promise<Verdict> {
  found ??= envoyForTests();
  const envoy = await found;
  const folder = mkdtempSync(join(tmpdir(), 'naru-verdict-'));
  const file = join(folder, 'bootstrap.pb');
  writeFileSync(file, encode('envoy.config.bootstrap.v3.Bootstrap', bootstrap));
  try {
    return await new Promise((resolve, reject) => {
      execFile(envoy, ['--mode', 'validate', '--log-level', 'critical', '-c', file], { timeout: 10_000 }, (error, stdout, stderr) => {
        const ended = error === null || typeof error.code === 'number';
        if (ended) resolve({ accepted: error === null, output: stdout + stderr });
        else reject(error);
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
