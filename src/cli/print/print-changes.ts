import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { DescribedChange } from '../../debug/describe-changes.ts';

const signs = { added: ['+', 'green'], removed: ['-', 'red'], changed: ['~', 'yellow'] } as const;
const singular = {
  clusters: 'cluster',
  endpoints: 'endpoints',
  secrets: 'secret',
  extensions: 'extension',
  listeners: 'listener',
  scopes: 'scope',
  routes: 'routes',
} as const;
const longest = 100;

/** Changes for people: a line for each resource, and below it a line for each field of a changed one. */
export function printChanges(changes: readonly DescribedChange[], stream: WriteStream): void {
  for (const { type, name, verb, fields } of changes) {
    const [sign, colour] = signs[verb];
    stream.write(`${styleText(colour, `${sign} ${nameOfType(type)} ${name}`, { stream })}\n`);
    for (const { path, before, after } of fields) stream.write(`    ${path}  ${printValue(before)} -> ${printValue(after)}\n`);
  }
}

function nameOfType(type: string): string {
  return (singular as Readonly<Record<string, string>>)[type] ?? type;
}

export function printValue(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
