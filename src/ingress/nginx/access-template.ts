import type { AccessTemplate, AccessVariable } from '../../model/authentication.ts';
import { type Grammar, matching, type Parsed, shown } from '../annotations/grammar.ts';
import { parseTemplate } from './variables.ts';

/** Variables that are no `Template`'s, each with what stands for it while the rest is read: text has no such character. */
const own = /\$(?:\{(?<braced>escaped_request_uri|remote_user|cookie_\w+)\}|(?<bare>escaped_request_uri|remote_user|cookie_\w+))/g;
const mark = /\uE000(?<name>\w+)\uE000/;

/** Reads a text with variables of nginx for what `naru authz` says or asks; `text` is ASCII. */
export function parseAccessTemplate(text: string): Parsed<AccessTemplate> {
  const names = [...text.matchAll(own)].map(({ groups }) => groups?.['braced'] ?? groups?.['bare'] ?? '');
  const parsed = parseTemplate(text, Object.fromEntries(names.map((name) => [name, `\uE000${name}\uE000`])));
  if (!parsed.ok) return parsed;
  const parts = parsed.value.flatMap((part) => (typeof part === 'string' ? withOwn(part) : [part]));
  return { ok: true, value: parts.filter((part) => part !== '') };
}

function withOwn(text: string): (string | AccessVariable)[] {
  // Every second piece is a name.
  return text.split(new RegExp(mark.source.replace('?<name>', ''))).map((piece, index) => (index % 2 === 0 ? piece : variable(piece)));
}

function variable(name: string): AccessVariable {
  if (name === 'escaped_request_uri') return { name: 'escaped-path-and-query' };
  return name === 'remote_user' ? { name: 'user' } : { name: 'cookie', key: name.slice('cookie_'.length) };
}

/** A text of these characters with variables of nginx. */
export function accessTemplate(type: string, pattern: RegExp): Grammar<AccessTemplate> {
  const text = matching(type, pattern);
  return {
    type,
    parse(written) {
      const parsed = text.parse(written);
      return parsed.ok ? parseAccessTemplate(parsed.value) : parsed;
    },
  };
}

/** What may stand in a URL, and `$`, `{` and `}` for variables. https://www.rfc-editor.org/rfc/rfc3986#section-2 */
const inUrl = /[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%{}|]*/;

const anyUrl = accessTemplate('URL', inUrl);

/** Any text without spaces. */
export const anyTemplate = accessTemplate('text with variables', inUrl);

/** An absolute URL of http or https, which names its host. Variables may stand anywhere behind the scheme. */
export const absoluteUrl: Grammar<AccessTemplate> = {
  type: 'URL',
  parse(text) {
    const parsed = anyUrl.parse(text);
    if (!parsed.ok) return parsed;
    const sample = parsed.value.map((part) => (typeof part === 'string' ? part : 'x')).join('');
    // Without a user: what stands before an `@` is taken for the host by those who read it.
    if (!/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(text) || !URL.canParse(sample) || sample.includes('..')) {
      return { ok: false, message: `"${shown(text)}" is not a URL such as "https://auth.example.com/check"` };
    }
    return parsed;
  },
};
