import { cidr } from '../annotations/cidr.ts';
import { type Grammar, matching, type Parsed, shown } from '../annotations/grammar.ts';
import { token } from '../nginx/header-text.ts';
import { type Setting, written } from './setting.ts';

/** Items with a separator between, a comma unless told otherwise. One wrong item makes the list wrong; no item is the empty list. */
export function list<T>(item: Grammar<T>, fallback: string, doc: string, separator: RegExp = /,/): Setting<readonly T[]> {
  return written({ type: `list of ${item.type}`, parse: (text) => parseAll(item, text, separator) }, fallback, doc);
}

function parseAll<T>(item: Grammar<T>, text: string, separator: RegExp): Parsed<readonly T[]> {
  const values: T[] = [];
  for (const part of text.split(separator).map((one) => one.trim())) {
    if (part === '') continue;
    const parsed = item.parse(part);
    if (!parsed.ok) return parsed;
    values.push(parsed.value);
  }
  return { ok: true, value: values };
}

/** Words, taken as they are. */
export function words(item: string, fallback: string, doc: string, separator?: RegExp): Setting<readonly string[]> {
  return list(matching(item, /[^]+/), fallback, doc, separator);
}

/** Networks such as `10.0.0.0/8`, an address alone standing for itself. */
export function cidrs(fallback: string, doc: string): Setting<readonly string[]> {
  return list(cidr, fallback, doc);
}

/** In lower case. https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const headerNameGrammar: Grammar<string> = {
  type: 'header name',
  parse(text) {
    if (token.test(text)) return { ok: true, value: text.toLowerCase() };
    return { ok: false, message: `"${shown(text)}" is not the name of a header` };
  },
};

export function headerNames(fallback: string, doc: string): Setting<readonly string[]> {
  return list(headerNameGrammar, fallback, doc);
}

export function headerName(fallback: string, doc: string): Setting<string> {
  return written(headerNameGrammar, fallback, doc);
}

/** `namespace/name` of another object; the empty text for none. */
export function reference(doc: string): Setting<string> {
  return written(matching('namespace/name', /|[a-z0-9-]+\/[a-z0-9.-]+/), '', doc);
}
