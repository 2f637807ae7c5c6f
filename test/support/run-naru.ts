import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a verb that ends prints; rejects where it does not end with 0. */
export async function runNaru(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, ['src/main.ts', ...args])).stdout;
}
