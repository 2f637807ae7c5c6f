// The shells' completion; that of bash is run by bash, and that of kubectl by kubectl.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { test } from 'node:test';
import { bashCompletion } from '../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../src/cli/completion/fish.ts';
import { completedVerbs } from '../../src/cli/completion/words.ts';
import { zshCompletion } from '../../src/cli/completion/zsh.ts';
import { program } from '../../src/cli/program.ts';
import { controlPlaneBinary } from '../support/control-plane.ts';

const verbs = completedVerbs(program());

function completedByBash(...words: readonly string[]): readonly string[] {
  const script = `${bashCompletion(verbs)}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _naru; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

test('bash completes verbs, their first words, their options, and what options may be', () => {
  assert.deepEqual(completedByBash('naru', 'exp'), ['explain']);
  assert.deepEqual(completedByBash('kubectl-naru', 'get', 'ho'), ['hosts']);
  assert.deepEqual(completedByBash('naru', 'explain', '--ver'), ['--verify']);
  assert.deepEqual(completedByBash('naru', 'proxies', '-o', 'w'), ['wide']);
  // A file: bash itself knows them.
  assert.deepEqual(completedByBash('naru', 'lint', '-f', ''), ['']);
});

test('kubectl itself completes its plug-in', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'naru-completion-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['kubectl-naru', 'kubectl_complete-naru']) {
    symlinkSync(resolve('src/main.ts'), join(folder, `${name}.ts`));
    writeFileSync(join(folder, name), `#!/bin/sh\nexec '${process.execPath}' '${join(folder, `${name}.ts`)}' "$@"\n`, { mode: 0o700 });
  }
  const kubectl = await controlPlaneBinary();
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  const completed = (...words: readonly string[]): readonly string[] =>
    execFileSync(kubectl, ['kubectl', '__complete', 'naru', ...words], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] })
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\t.*/, ''));
  assert.deepEqual(completed('pro'), ['proxies', ':4']);
  assert.deepEqual(completed('get', 'ho'), ['hosts', ':4']);
  assert.deepEqual(completed('proxies', '-o', 'w'), ['wide', ':4']);
  assert.deepEqual(completed('proxies', '--wa'), ['--watch', ':4']);
  // A file.
  assert.deepEqual(completed('lint', '-f', ''), [':0']);
});

test('zsh and fish know every verb and option, whatever stands in their descriptions', () => {
  const [zsh, fish] = [zshCompletion(verbs), fishCompletion(verbs)];
  for (const { name, options } of verbs) {
    assert.ok(zsh.includes(`    '${name}:`) && fish.includes(` -a ${name} -d '`), name);
    for (const flag of options.flatMap(({ flags }) => flags)) assert.ok(zsh.includes(`'${flag}[`), flag);
  }
  // Files stand where they may be arguments, and as values of options.
  assert.ok(!fish.includes("'__fish_seen_subcommand_from dev' -f\n") && fish.includes("'__fish_seen_subcommand_from get' -f\n"));
  assert.match(fish, /'__fish_seen_subcommand_from lint' -s f -l filename -r -F /);
  // Quotes come in pairs in each line of fish.
  for (const line of fish.split('\n')) assert.equal((line.replaceAll("\\'", '').match(/'/g) ?? []).length % 2, 0, line);
});
