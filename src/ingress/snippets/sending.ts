import type { Conditions } from '../../model/route.ts';
import type { Template } from '../../model/template.ts';
import { readExpression } from '../nginx/expression.ts';
import { type Constants, parseTemplate } from '../nginx/variables.ts';
import { locating } from '../nginx/locating.ts';
import type { SnippetCase } from './case.ts';
import { knownText } from './condition.ts';
import { whenRequest } from './subject.ts';

/** An answer that ends the snippet. */
export interface Sending {
  /** Absent: for all requests that get there. */
  readonly when?: Conditions;
  readonly answer: NonNullable<SnippetCase['answer']>;
}

/** What an answer of Envoy may have, less some room. */
const longest = 4000;

/** `return`; a text where it cannot be read. https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return */
export function returned([first = '', text, ...others]: readonly string[], variables: Constants): readonly Sending[] | string {
  if (others.length > 0) return 'it is not "return code text;"';
  if (/^(?:https?:\/\/|\$scheme)/.test(first) && text === undefined) return toLocation(302, first, variables);
  const status = /^\d{3}$/.test(first) ? Number(first) : 0;
  // nginx closes the connection at 444.
  if (status < 200 || status > 599) return `"${first}" is no status of an answer`;
  if (text === undefined) return [{ answer: answerOf(status, '') }];
  if (locating.has(status)) return toLocation(status, text, variables);
  const parsed = parseTemplate(text, variables);
  const body = parsed.ok ? knownText(parsed.value) : undefined;
  if (body === undefined) return parsed.ok ? 'its text is known only when a request comes' : parsed.message;
  return Buffer.byteLength(body) > longest ? `its text is longer than ${longest} bytes` : [{ answer: answerOf(status, body) }];
}

function toLocation(status: number, text: string, variables: Constants): readonly Sending[] | string {
  const parsed = locationOf(text, variables);
  return typeof parsed === 'string' ? parsed : [{ answer: answerOf(status, '', parsed) }];
}

/** A path is made a URL of the host, as nginx does with `absolute_redirect`. */
function locationOf(text: string, variables: Constants): Template | string {
  if (/[^\P{Cc}]/u.test(text) || !text.isWellFormed()) return 'its URL has a control character';
  const parsed = parseTemplate(text.startsWith('/') ? `\${scheme}://\${host}${text}` : text, variables);
  return parsed.ok ? parsed.value : parsed.message;
}

/** With headers it is answered before clients are sent to https. */
function answerOf(status: number, body: string, location?: Template): Sending['answer'] {
  return { type: 'answer', status, body, headers: location === undefined ? [] : [{ name: 'location', value: location }] };
}

const everything = new Set(['^', '.*', '^.*', '^.*$', '/', '^/']);
/** Expressions whose first group is the whole path, or that without its first slash. */
const wholePath: Readonly<Record<string, boolean>> = {
  ...{ '^(.*)$': true, '(.*)': true, '^(.*)': true, '^(/.*)$': true, '^(/.*)': true },
  ...{ '^/(.*)$': false, '^/(.*)': false, '/(.*)': false, '/(.*)$': false },
};

/** `rewrite` where it sends clients elsewhere. https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#rewrite */
export function rewritten(
  [expression = '', to = '', flag, ...others]: readonly string[],
  variables: Constants,
): readonly Sending[] | string {
  const status = flag === 'permanent' ? 301 : flag === 'redirect' || (flag === undefined && /^(?:https?:\/\/|\$scheme)/.test(to)) ? 302 : 0;
  if (status === 0 || to === '' || others.length > 0) return 'of the rewrites Naru reads only "redirect" and "permanent"';
  const found = requestsFor(expression);
  if (typeof found === 'string') return found;
  const keepsQuery = !to.endsWith('?');
  const target = withWholePath(expression, keepsQuery ? to : to.slice(0, -1));
  if (target === undefined) return 'groups can be used only of expressions for whole paths, such as "^/(.*)$"';
  const plain = locationOf(target, variables);
  if (typeof plain === 'string') return plain;
  const queried = locationOf(`${target}${target.includes('?') ? '&' : '?'}\${args}`, variables);
  return found.flatMap((when): Sending[] => {
    const condition = when === 'always' ? {} : { when };
    if (!keepsQuery || typeof queried === 'string') return [{ ...condition, answer: answerOf(status, '', plain) }];
    const withQuery = {
      request: [...(when === 'always' ? [] : (when.request ?? [])), { of: 'path and query', expression: '[^?]*\\?(?s:.+)' } as const],
    };
    return [
      { when: withQuery, answer: answerOf(status, '', queried) },
      { ...condition, answer: answerOf(status, '', plain) },
    ];
  });
}

function requestsFor(expression: string): readonly (Conditions | 'always')[] | string {
  if (everything.has(expression) || Object.hasOwn(wholePath, expression)) return ['always'];
  const reading = readExpression(expression);
  if (!reading.ok) return `"${expression}" is no regular expression of RE2: ${reading.message}`;
  const found = whenRequest({ name: 'path' }, { type: 'matches', expression, anyCase: false });
  if (found === undefined) return 'Envoy cannot choose by it';
  return found === 'always' ? ['always'] : found;
}

function withWholePath(expression: string, to: string): string | undefined {
  if (!/\$\d/.test(to)) return to;
  const slash = Object.hasOwn(wholePath, expression) ? wholePath[expression] : undefined;
  if (slash === undefined || /\$[02-9]/.test(to)) return undefined;
  if (slash) return to.replaceAll('$1', '${uri}');
  return /(?<!\/)\$1/.test(to) ? undefined : to.replaceAll('/$1', '${uri}');
}
