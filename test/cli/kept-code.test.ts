// What V8 compiled for one process serves the next one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

function given(t: TestContext): { file: string; folder: string; build: (mark: string) => void } {
  const root = mkdtempSync(join(tmpdir(), 'naru-kept-code-'));
  t.after(() => rmSync(root, { recursive: true }));
  const file = join(root, 'program.cjs');
  const long = Array.from({ length: 10_000 }, (_, index) => `n += ${index};`).join(' ');
  const build = (mark: string) =>
    writeFileSync(file, `// ${mark}\nmodule.exports = { short: () => '${mark}', long: (n) => { ${long} return '${mark} ' + n; } };\n`);
  build('first');
  return { file, folder: join(root, 'cache', 'verbs'), build };
}

/** Calls a function of the module in a process of its own, and says what came of it. */
function called(file: string, folder: string, name: 'short' | 'long', isTelling = true): string {
  const script = `import { runKept } from ${JSON.stringify(new URL('../../src/cli/kept-code.ts', import.meta.url).href)};
    const made = runKept({ file: ${JSON.stringify(file)}, folder: ${JSON.stringify(folder)}, task: 'get', isTelling: () => ${isTelling} });
    console.log(made === undefined ? 'nothing' : made.${name}(0));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim();
}

function keptFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('a process keeps what was compiled, one that compiles no more leaves it alone, and one that does keeps that, too', (t) => {
  const { file, folder } = given(t);

  assert.equal(called(file, folder, 'short'), 'first');
  const [kept = '', ...others] = keptFiles(folder);
  assert.deepEqual(others, []);
  const { mtimeMs, size, mode } = statSync(kept);
  assert.equal(mode & 0o077, 0);

  assert.equal(called(file, folder, 'short'), 'first');
  assert.equal(statSync(kept).mtimeMs, mtimeMs);

  assert.equal(called(file, folder, 'long'), 'first 49995000');
  assert.ok(statSync(kept).size > size);
  assert.deepEqual(keptFiles(folder), [kept]);
});

test('another build does not run what was kept of this one, which goes', (t) => {
  const { file, folder, build } = given(t);
  called(file, folder, 'short');
  const before = keptFiles(folder);

  build('other');
  assert.equal(called(file, folder, 'short'), 'other');
  const after = keptFiles(folder);
  assert.equal(after.length, 1);
  assert.notDeepEqual(after, before);
});

test('what was kept and is damaged is not run', (t) => {
  const { file, folder } = given(t);
  called(file, folder, 'short');
  const [kept = ''] = keptFiles(folder);
  for (const damaged of [readFileSync(kept).subarray(0, 100), Buffer.from('no code'), Buffer.alloc(0)]) {
    writeFileSync(kept, damaged);
    assert.equal(called(file, folder, 'short'), 'first');
    assert.ok(statSync(kept).size > damaged.length);
  }
});

test('nothing is kept of a process that tells nothing of others, or where that cannot be written; without the file nothing runs', (t) => {
  const { file, folder } = given(t);

  assert.equal(called(file, folder, 'short', false), 'first');
  assert.throws(() => statSync(folder));
  assert.equal(called(file, join(file, 'not-a-folder'), 'short'), 'first');
  assert.equal(called(join(folder, 'absent.cjs'), folder, 'short'), 'nothing');
});
