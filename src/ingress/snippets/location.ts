import type { PathMatch } from '../../model/route.ts';
import { readExpression } from '../nginx/expression.ts';
import type { Constants } from '../nginx/variables.ts';
import type { SnippetCase } from './case.ts';
import { runSnippet, type Unread } from './run.ts';
import { literal, whole } from './subject.ts';
import type { Directive } from './syntax.ts';

/** Paths of a host that are answered at once. */
export interface SnippetLocation {
  readonly match: PathMatch;
  /** Of a beginning of paths: how long it is. Absent: it comes before the paths of Ingresses. */
  readonly length?: number;
  /** All of them answer. */
  readonly cases: readonly SnippetCase[];
}

export interface LocationReading {
  readonly locations: readonly SnippetLocation[];
  readonly unread: readonly Unread[];
}

/** https://nginx.org/en/docs/http/ngx_http_core_module.html#location */
export function readLocation(directive: Directive, constants: Constants): LocationReading {
  const refuse = (why: string): LocationReading => ({ locations: [], unread: [{ directive, why, protects: true, replaced: false }] });
  const place = placeOf(directive.words);
  if (typeof place === 'string') return refuse(place);
  const { cases, unread } = runSnippet(directive.body ?? [], constants);
  const answered = cases.flatMap((one) => answering(one) ?? []);
  if (answered.length < cases.length) return refuse('it is read where all of it is answered, by "return" or "deny all"');
  return { locations: [{ ...place, cases: answered }], unread };
}

function answering(one: SnippetCase): SnippetCase | undefined {
  if (one.answer !== undefined) return one;
  const { clientAddresses, responseHeaders } = one.policy;
  if (clientAddresses?.allow?.length !== 0) return undefined;
  const answer = { type: 'answer', status: 403, body: '', headers: [] } as const;
  return { conditions: one.conditions, policy: { ...(responseHeaders && { responseHeaders }) }, answer };
}

function placeOf(words: readonly string[]): Omit<SnippetLocation, 'cases'> | string {
  const [modifier, path, ...others] = words.length === 1 ? ['', ...words] : words;
  if (path === undefined || others.length > 0 || !['', '=', '~', '~*', '^~'].includes(modifier ?? ''))
    return 'it is not "location [=|~|~*|^~] PATH { … }"';
  if (modifier === '~' || modifier === '~*') {
    const reading = readExpression(path);
    if (!reading.ok) return `"${path}" is no regular expression of RE2: ${reading.message}`;
    return { match: { type: 'regex', path: whole({ type: 'matches', expression: path, anyCase: modifier === '~*' }) } };
  }
  if (!/^\/[!-~]*$/.test(path)) return `"${path}" is no path`;
  if (modifier === '=') return { match: { type: 'exact', path } };
  const match: PathMatch = path === '/' ? { type: 'prefix', path } : { type: 'regex', path: `${literal(path)}(?s:.*)` };
  return { match, length: path.length };
}
