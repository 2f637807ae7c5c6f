// Every benchmark, one after the other: `node bench/all.ts [--full] [--json FOLDER] [--profile]`.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './support/arguments.ts';

const { full, json, profile } = readArguments();
if (json !== undefined) mkdirSync(json, { recursive: true });

for (const name of ['pass', 'encode', 'effect', 'cold-start', 'churn', 'ads', 'storm', 'requests']) {
  const options = [
    ...(full ? ['--full'] : []),
    ...(profile ? ['--profile'] : []),
    ...(json === undefined ? [] : ['--json', join(json, `${name}.json`)]),
  ];
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
