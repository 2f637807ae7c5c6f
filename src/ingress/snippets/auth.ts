import { readHeader, type Told } from '../access/auth-headers.ts';
import type { AskedSnippet } from '../annotations/snippets.ts';
import { harmless } from './directives.ts';
import type { Unread } from './run.ts';
import type { Directive } from './syntax.ts';

/** What the service of `auth-url` is told, and the directives that are not read. */
export interface AuthSnippet {
  readonly headers: readonly Told[];
  readonly unread: readonly Unread[];
}

export function runAuthSnippet({ directives }: AskedSnippet): AuthSnippet {
  const readings = directives.map((directive) => ({ directive, reading: readDirective(directive) }));
  return {
    headers: readings.flatMap(({ reading }) => (typeof reading === 'string' ? [] : [reading])),
    unread: readings.flatMap(({ directive, reading }) =>
      typeof reading === 'string' ? [{ directive, why: reading, protects: !harmless.has(directive.name), replaced: false }] : [],
    ),
  };
}

/** A text: why it is not read. */
function readDirective({ name, words, body }: Directive): Told | string {
  const [header = '', text, ...others] = words;
  if (name !== 'proxy_set_header' || body !== undefined) return 'Naru does not read it';
  if (text === undefined || others.length > 0) return 'it is not "proxy_set_header NAME VALUE;"';
  const reading = readHeader(header, text);
  return reading.ok ? reading.header : reading.message.replace(/\.$/, '');
}
