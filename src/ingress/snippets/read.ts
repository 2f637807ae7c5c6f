import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import { shown } from '../annotations/grammar.ts';
import type { AskedSnippet } from '../annotations/snippets.ts';
import { type AuthSnippet, runAuthSnippet } from './auth.ts';
import type { SnippetCase } from './case.ts';
import { readLocation, type SnippetLocation } from './location.ts';
import { runSnippet, type Unread } from './run.ts';
import type { Directive } from './syntax.ts';
import type { Constants } from '../nginx/variables.ts';

export interface SnippetReading {
  /** A request is treated as the first of them says whose conditions it is of; the last has none. Empty: there is nothing to do. */
  readonly cases: readonly SnippetCase[];
  /** It may have been to protect something, and cannot be had. */
  readonly closed: boolean;
  readonly problems: readonly Problem[];
}

export function readSnippet(asked: AskedSnippet | undefined, place: Place): SnippetReading {
  if (asked === undefined) return { cases: [], closed: false, problems: [] };
  const { cases, unread } = runSnippet(asked.directives, constantsOf(place));
  const { acts, closed, problems } = judge(asked, unread, { ...place, keepsOut: cases.some(keepsOut) });
  return { cases: acts ? cases : [], closed, problems };
}

export interface ServerSnippetReading extends SnippetReading {
  readonly locations: readonly SnippetLocation[];
}

/** The same, with locations beside the rest. */
export function readServerSnippet(asked: AskedSnippet | undefined, place: Place): ServerSnippetReading {
  if (asked === undefined) return { cases: [], locations: [], closed: false, problems: [] };
  const found = asked.directives.filter(isLocation).map((one) => readLocation(one, constantsOf(place)));
  const { cases, unread } = runSnippet(
    asked.directives.filter((one) => !isLocation(one)),
    constantsOf(place),
  );
  const all = [...unread, ...found.flatMap((one) => one.unread)];
  const { acts, closed, problems } = judge(asked, all, { ...place, keepsOut: found.length > 0 || cases.some(keepsOut) });
  return { cases: acts ? cases : [], locations: acts ? found.flatMap(({ locations }) => locations) : [], closed, problems };
}

function isLocation({ name, body }: Directive): boolean {
  return name === 'location' && body !== undefined;
}

function constantsOf({ source: { namespace, name } }: Place): Constants {
  return { namespace, ingress_name: name };
}

export interface AuthSnippetReading extends Omit<SnippetReading, 'cases'> {
  readonly headers: AuthSnippet['headers'];
}

export function readAuthSnippet(asked: AskedSnippet | undefined, place: Place): AuthSnippetReading {
  if (asked === undefined) return { headers: [], closed: false, problems: [] };
  const { headers, unread } = runAuthSnippet(asked);
  const { acts, closed, problems } = judge(asked, unread, { ...place, keepsOut: true });
  return { headers: acts ? headers : [], closed, problems };
}

/** Where a snippet stands. */
export interface Place {
  readonly annotation: string;
  readonly source: Source;
  /** What is told where it closes something. */
  readonly whenClosed: string;
}

interface Judgement {
  readonly acts: boolean;
  readonly closed: boolean;
  readonly problems: readonly Problem[];
}

/** `keepsOut`: what can be read of it keeps somebody out. */
function judge({ allowed }: AskedSnippet, unread: readonly Unread[], place: Place & { readonly keepsOut: boolean }): Judgement {
  const { annotation, source, whenClosed } = place;
  const protecting = unread.filter(({ protects }) => protects);
  if (!allowed) {
    const closed = protecting.length > 0 || place.keepsOut;
    const message = `${annotation} is a snippet, and allow-snippet-annotations of the ConfigMap is not "true".`;
    const done = closed ? whenClosed : 'It has no effect.';
    const allow = 'Use the annotations that say the same, or set allow-snippet-annotations to "true".';
    return { acts: false, closed, problems: [problem('NR222', source, { message, done, fix: allow })] };
  }
  const others = unread.filter((one) => !one.protects);
  const problems = [
    ...unreadLines(annotation, protecting, (message) => problem('NR220', source, { message, done: whenClosed, fix })),
    ...unreadLines(annotation, others, (message) => problem('NR221', source, { message, done: doneFor(others), fix })),
  ];
  return { acts: protecting.length === 0, closed: protecting.length > 0, problems };
}

const fix = 'Use annotations that say the same, or directives that docs/snippets.md lists.';

function keepsOut({ answer, policy }: SnippetCase): boolean {
  return answer !== undefined || policy.clientAddresses !== undefined;
}

function doneFor(unread: readonly Unread[]): string {
  const removed = unread.some(({ replaced }) => replaced);
  return removed ? 'They have no effect, but that headers that they were to set are removed from requests.' : 'They have no effect.';
}

const atMost = 5;

function unreadLines(name: string, unread: readonly Unread[], make: (message: string) => Problem): readonly Problem[] {
  if (unread.length === 0) return [];
  const lines = unread.slice(0, atMost).map(({ directive, why }) => {
    return `line ${directive.line}, column ${directive.column}, ${JSON.stringify(shown(directive.name))}: ${shown(why)}`;
  });
  const more = unread.length > atMost ? `; and ${unread.length - atMost} more` : '';
  return [make(`${name} has lines that are not read: ${lines.join('; ')}${more}.`)];
}
