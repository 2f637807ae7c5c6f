import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { codes } from '../../src/model/codes.ts';
import { NaruProcess } from './naru-process.ts';

test('naru codes lists the catalogue, and prints one', async (t) => {
  const run = async (...args: readonly string[]) => {
    const naru = NaruProcess.start(t, ['codes', ...args]);
    return { code: await naru.ended(), output: naru.output, errors: naru.errors };
  };
  const all = await run();
  assert.equal(all.output.trimEnd().split('\n').length, Object.keys(codes).length);
  assert.match(all.output, /^NR401 {2}error {4}A TLS Secret is missing$/m);
  assert.match(
    (await run('nr401')).output,
    /^NR401 error: A TLS Secret is missing\.\n\n.*default certificate.*\n\nWhy: .*\n\nWhat to do: Create it/,
  );
  const { code, title } = JSON.parse((await run('NR401', '-o', 'json')).output) as { code: string; title: string };
  assert.deepEqual({ code, title }, { code: 'NR401', title: 'A TLS Secret is missing' });
  assert.match((await run('NR401', '-o', 'yaml')).output, /^code: NR401\nseverity: error\n/);
  const unknown = await run('NR000');
  assert.deepEqual(unknown, { code: 2, output: '', errors: 'naru: There is no code NR000; naru codes lists all.\n' });
});

test('every code that is used stands in the catalogue, and every one there is used', () => {
  const used = new Set<string>(
    globSync('src/**/*.ts', { exclude: (path) => path.startsWith(join('src', 'model', 'codes')) }).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/'(NR\d{3})'/g)].map(([, code = '']) => code),
    ),
  );
  assert.deepEqual(used, new Set(Object.keys(codes)));
});

test('commands that read files and end load nothing that serves', () => {
  const slow = /^(?:rxjs|@grpc\/|@kubernetes\/|@hono\/|hono|pino|prom-client|chokidar|@peculiar\/)/;
  for (const verb of ['lint', 'translate', 'codes']) {
    const files = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string): void => {
      if (files.has(file)) return;
      files.add(file);
      for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)';$/gm)) {
        if (specifier.startsWith('.')) follow(join(dirname(file), specifier));
        else packages.add(specifier);
      }
    };
    follow(`src/cli/${verb}.ts`);
    assert.deepEqual(
      [...packages].filter((name) => slow.test(name)),
      [],
      verb,
    );
  }
});
