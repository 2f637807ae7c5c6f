// No page shows a command that nothing runs, or one that is not there.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { program } from '../../src/cli/program.ts';
import { commandsOf, readBlocks } from './page.ts';
import { notRun, pages } from './pages.ts';

const files = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md')];
const commands = files.flatMap((file) =>
  readBlocks(file)
    .filter(({ info }) => /^sh\b/.test(info))
    .flatMap((block) => commandsOf(block).map((command) => ({ file, command }))),
);

test('the commands of every page are run, but for those whose reason is told', () => {
  const run: readonly string[] = Object.values(pages).flat();
  assert.deepEqual([...new Set(commands.map(({ file }) => file))].sort(), run.toSorted());
  const all = new Set(commands.map(({ command }) => command));
  assert.deepEqual(
    Object.keys(notRun).filter((command) => !all.has(command)),
    [],
  );
  // They would pass as an example of what is printed.
  for (const file of files) for (const { text } of readBlocks(file)) assert.doesNotMatch(text, /^\$ /m, file);
});

test('what is not run is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
  for (const command of Object.keys(notRun)) {
    const [, script] = /^npm (?:run )?(\S+)/.exec(command) ?? [];
    const [, file] = /^node_modules\S+ (\S+)/.exec(script === undefined ? command : `node_modules/node ${scripts[script]}`) ?? [];
    if (script !== undefined) assert.ok(scripts[script], command);
    else assert.ok(existsSync(file ?? 'Dockerfile'), command);
  }
});

test('every verb and option of naru that a page, or the help of a verb, shows exists', () => {
  const naru = program();
  const wrong: string[] = [];
  let seen = 0;
  const look = (where: string, text: string): void => {
    for (const [, call = ''] of text.matchAll(/(?:^ *|\| |&& |`|<\()(?:kubectl )?naru ([^|\n`)]*)/gm)) {
      const [verb = '', ...words] = call.replace(/ +#.*| {3}.*/, '').split(/\s+/);
      if (!/^[a-z]/.test(verb)) continue;
      seen++;
      const outer = naru.commands.find((one) => one.name() === verb);
      const command = outer?.commands.find((one) => one.name() === words[0]) ?? outer;
      const unknown = words
        .filter((word) => /^--?[a-z]/.test(word))
        .map((word) => word.replace(/=.*/, ''))
        .filter((flag) => command?.options.every(({ short, long }) => flag !== short && flag !== long) === true && flag !== '--help');
      if (command === undefined || unknown.length > 0) wrong.push(`${where}: naru ${verb} ${unknown.join(' ')}`);
    }
  };
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const { text: block, info } of readBlocks(file)) if (/^sh\b/.test(info)) look(file, block);
    for (const [span] of text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`[^`\n]+`/g)) look(file, span);
  }
  const help = (command: typeof naru): string => {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    return text.slice(text.indexOf('Examples:'));
  };
  for (const command of [naru, ...naru.commands, ...naru.commands.flatMap((one) => one.commands)])
    look(`${command.name()} --help`, help(command));
  assert.deepEqual(wrong, []);
  assert.ok(seen > 150, String(seen));
});
