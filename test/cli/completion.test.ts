// The shells' completion; that of bash is run by bash.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { bashCompletion } from '../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../src/cli/completion/fish.ts';
import { completedVerbs } from '../../src/cli/completion/words.ts';
import { zshCompletion } from '../../src/cli/completion/zsh.ts';
import { program } from '../../src/cli/program.ts';

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

test('zsh and fish know every verb and option, whatever stands in their descriptions', () => {
  const [zsh, fish] = [zshCompletion(verbs), fishCompletion(verbs)];
  for (const { name, options } of verbs) {
    assert.ok(zsh.includes(`    '${name}:`) && fish.includes(` -a ${name} -d '`), name);
    for (const flag of options.flatMap(({ flags }) => flags)) assert.ok(zsh.includes(`'${flag}[`), flag);
  }
  // Quotes come in pairs in each line of fish.
  for (const line of fish.split('\n')) assert.equal((line.replaceAll("\\'", '').match(/'/g) ?? []).length % 2, 0, line);
});
