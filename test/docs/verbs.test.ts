import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { program } from '../../src/cli/program.ts';
import { readBlocks } from './page.ts';

test('every verb and option of naru that a page shows exists', () => {
  const naru = program();
  const wrong: string[] = [];
  let seen = 0;
  for (const file of ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md')])
    for (const { info, text, line } of readBlocks(file).filter(({ info: language }) => /^sh\b/.test(language)))
      for (const [, call = ''] of text.matchAll(/(?:^|\| |&& )(?:kubectl )?naru ([^|\n]*)/gm)) {
        seen++;
        const [verb = '', ...words] = call.replace(/ #.*/, '').split(/\s+/);
        const outer = naru.commands.find((one) => one.name() === verb);
        const command = outer?.commands.find((one) => one.name() === words[0]) ?? outer;
        const unknown = words
          .filter((word) => /^--?[a-z]/.test(word))
          .map((word) => word.replace(/=.*/, ''))
          .filter((flag) => command?.options.every(({ short, long }) => flag !== short && flag !== long) === true && flag !== '--help');
        if (command === undefined || unknown.length > 0) wrong.push(`${file}:${line} (${info}): naru ${verb} ${unknown.join(' ')}`);
      }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 20, String(seen));
});
