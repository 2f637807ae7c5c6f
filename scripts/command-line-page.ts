import type { Command, Option } from 'commander';
import { program } from '../src/cli/program.ts';
import { controllerOptions } from '../src/settings.ts';

/** The verbs of the command line, as commander knows them. */
export function commandLinePage(generated: string): string {
  const shared = new Set(controllerOptions().map(({ flags }) => flags));
  const intro = [
    'The verbs of `naru`, which is also `kubectl naru` where `kubectl-naru` is on the PATH. [running.md](running.md) tells how they are used together.',
    'Tables are as kubectl prints them; colours are for terminals, and `NO_COLOR` turns them off. What is not in an answer but about it goes to standard error.',
  ].join('\n');
  const exitCodes = [
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    '| 0 | done |',
    '| 1 | something was found, as the verb says; or Naru failed |',
    '| 2 | the call itself is wrong |',
    '| 3 | the Naru, or the API server, that was asked does not answer |',
    '| 4 | an Envoy refuses what it was sent |',
  ].join('\n');
  const verbs = program().commands.map((command) => verbSection(command, shared));
  const options = [
    '## Which objects are served',
    '',
    'For the verbs that translate objects.',
    '',
    ...optionTable(controllerOptions()),
  ].join('\n');
  return ['# The command line', generated, intro, exitCodes, ...verbs, options].join('\n\n');
}

function verbSection(command: Command, shared: ReadonlySet<string>, parent?: string): string {
  const name = parent === undefined ? command.name() : `${parent} ${command.name()}`;
  const own = command.options.filter(({ flags, hidden }) => !shared.has(flags) && !hidden);
  const translates = command.options.some(({ flags }) => shared.has(flags));
  const words = command.registeredArguments.map((argument) => {
    const shown = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? `<${shown}>` : `[${shown}]`;
  });
  const rows = command.registeredArguments.map((argument) => `| \`${argument.name()}\` | ${cell(argument.description)} | |`);
  const table = own.length + rows.length === 0 ? [] : ['', ...optionTable(own, rows)];
  const more = translates ? ['', 'Also [the options that say which objects are served](#which-objects-are-served).'] : [];
  const verbs = command.commands.map((one) => `\n#${verbSection(one, shared, name)}`);
  return [`## ${name}`, '', `\`naru ${[name, ...words].join(' ')}\`: ${command.description()}.`, ...table, ...more, ...verbs].join('\n');
}

function optionTable(options: readonly Option[], rows: readonly string[] = []): readonly string[] {
  const ofOptions = options.map(({ flags, description, defaultValue, defaultValueDescription, argChoices, envVar }) => {
    const fallback = defaultValueDescription ?? (isWritten(defaultValue) ? String(defaultValue) : '');
    const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`;
    const variable = envVar === undefined ? '' : `; \`${envVar}\``;
    return `| \`${cell(flags)}\` | ${cell(`${description}${choices}${variable}`)} | ${fallback === '' ? '' : `\`${cell(fallback)}\``} |`;
  });
  return ['| option | meaning | default |', '|---|---|---|', ...rows, ...ofOptions];
}

function isWritten(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || (typeof value === 'boolean' && value);
}

/** A pipe would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
