import { RE2JS } from 're2js';
import type { Conditions, RequestCondition, ValueCondition } from '../../model/route.ts';
import type { Variable } from '../../model/template.ts';

/** What of a request is compared. */
export type Subject = Variable | { readonly name: 'cookie'; readonly key: string };

export type Test =
  | { readonly type: 'is'; readonly text: string }
  | { readonly type: 'matches'; readonly expression: string; readonly anyCase: boolean }
  | { readonly type: 'is not empty' }
  /** Neither empty nor `0`. */
  | { readonly type: 'is true' };

/** Of which requests a test holds: of those of which one of these holds. Undefined: Envoy cannot choose by it. */
export function whenRequest(subject: Subject, test: Test): readonly Conditions[] | 'always' | undefined {
  if (subject.name === 'cookie') return named('cookies', subject.key, test);
  if (subject.name === 'request-header') return named('headers', subject.key, test);
  if (subject.name === 'query-parameter') return named('query', subject.key, test);
  if (test.type === 'is not empty' || test.type === 'is true') {
    if (subject.name === 'query') return [asked('path and query', `[^?]*\\?${whole(test)}`)];
    return always.has(subject.name) ? 'always' : undefined;
  }
  const { name } = subject;
  if (name === 'method' || name === 'scheme') return [asked(name, whole(test))];
  if (name === 'original-path-and-query') return [asked('path and query', whole(test))];
  if (name === 'authority') return one('host', hostExpression(test));
  if (name === 'path') return one('path and query', pathExpression(test));
  return name === 'query' ? one('path and query', queryExpression(test)) : undefined;
}

const always: ReadonlySet<string> = new Set(['method', 'scheme', 'authority', 'path', 'original-path-and-query']);

function asked(of: RequestCondition['of'], expression: string): Conditions {
  return { request: [{ of, expression }] };
}

function one(of: RequestCondition['of'], expression: string | undefined): readonly Conditions[] | undefined {
  return expression === undefined ? undefined : [asked(of, expression)];
}

/** What is not there is empty to nginx, and nothing to Envoy. */
function named(kind: 'headers' | 'cookies' | 'query', name: string, test: Test): readonly Conditions[] | undefined {
  if (!/^[A-Za-z0-9_.~-]+$/.test(name)) return undefined;
  const value: ValueCondition['value'] = test.type === 'is' ? { type: 'exact', text: test.text } : { type: 'regex', text: whole(test) };
  const there: Conditions = { [kind]: [{ name, value }] };
  if (test.type !== 'matches' || !RE2JS.matches(whole(test), '')) return [there];
  return kind === 'query' ? undefined : [there, { [kind]: [{ name, not: true }] }];
}

/** An expression that has to match all of a text. */
export function whole(test: Test): string {
  if (test.type === 'is') return literal(test.text);
  if (test.type === 'is not empty') return '(?s:.+)';
  if (test.type === 'is true') return '(?s:[^0].*|0.+)';
  return `${test.anyCase ? '(?i)' : ''}(?s:.*)(?:${test.expression})(?s:.*)`;
}

/** nginx knows a host in small letters and without its port. */
function hostExpression(test: Test & { readonly type: 'is' | 'matches' }): string | undefined {
  if (test.type === 'is') return `(?i)${literal(test.text)}(?::[0-9]+)?`;
  const parts = atEnd(test.expression);
  return parts && `(?i)[^:]*(?:${parts.expression})${parts.ends ? '' : '[^:]*'}(?::[0-9]+)?`;
}

function pathExpression(test: Test & { readonly type: 'is' | 'matches' }): string | undefined {
  if (test.type === 'is') return `${literal(test.text)}(?s:\\?.*)?`;
  const parts = atEnd(test.expression);
  const within = parts && withinPath(parts.expression);
  if (parts === undefined || within === undefined) return undefined;
  return `${test.anyCase ? '(?i)' : ''}[^?]*(?:${within})${parts.ends ? '' : '[^?]*'}(?s:\\?.*)?`;
}

function queryExpression(test: Test & { readonly type: 'is' | 'matches' }): string | undefined {
  if (test.type === 'is') return `[^?]*\\?${literal(test.text)}`;
  const { expression, anyCase } = test;
  const begins = expression.startsWith('^');
  const rest = begins ? expression.slice(1) : expression;
  // An alternative might begin elsewhere, and what matches nothing would hold without a query as well.
  if (/[\^|]/.test(rest) || RE2JS.matches(whole(test), '')) return undefined;
  return `${anyCase ? '(?i)' : ''}[^?]*\\?${begins ? '' : '(?s:.*)'}(?:${rest})(?s:.*)`;
}

/** An expression without the `$` at its end; undefined: it has one elsewhere. */
function atEnd(expression: string): { readonly expression: string; readonly ends: boolean } | undefined {
  const ends = /(?:^|[^\\])(?:\\\\)*\$$/.test(expression);
  const rest = ends ? expression.slice(0, -1) : expression;
  const tokens: readonly string[] = rest.match(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^]/gs) ?? [];
  // Behind an alternative the end would be that of the last one alone.
  if (tokens.includes('$') || (ends && tokens.includes('|')) || tokens.some((token) => /^\\[zQ]$/.test(token))) return undefined;
  return { expression: rest, ends };
}

/** The same expression, no part of which reaches into the query. */
function withinPath(expression: string): string | undefined {
  const tokens: readonly string[] = expression.match(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^]/gs) ?? [];
  if (tokens.some((token) => /^\\[DWSPpCQ]$/.test(token) || /^\[.*(?:\\[DWSPp]|\[:)/s.test(token))) return undefined;
  return tokens.map((token) => (token === '.' ? '[^?]' : token.startsWith('[^') ? `[^?${token.slice(2)}` : token)).join('');
}

/** A text as an expression of RE2 that matches it alone. */
export function literal(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_/]/g, (character) => (character.charCodeAt(0) < 128 ? `\\${character}` : character));
}
