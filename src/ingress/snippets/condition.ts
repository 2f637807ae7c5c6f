import { RE2JS } from 're2js';
import type { Conditions } from '../../model/route.ts';
import type { Template } from '../../model/template.ts';
import { readExpression } from '../nginx/expression.ts';
import { type Constants, parseTemplate } from '../nginx/variables.ts';
import { type Subject, type Test, whenRequest } from './subject.ts';

/** What the words in the brackets of an `if` ask for. */
export type ConditionReading =
  /** Known beforehand. */
  | { readonly type: 'known'; readonly holds: boolean }
  /** It holds of requests of which one of these holds; `not`: of all others. */
  | { readonly type: 'asked'; readonly anyOf: readonly Conditions[]; readonly not: boolean }
  | { readonly type: 'unread'; readonly why: string };

/** https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#if */
export function readCondition(words: readonly string[], variables: Constants): ConditionReading {
  const [first = '', operator, text, ...others] = withoutBrackets(words);
  const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(first);
  if (name === null) return unread(`"${first}" is no variable`);
  const subject = subjectOf(name[1] ?? name[2] ?? '', variables);
  if (subject === undefined) return unread(`Naru cannot compare ${first}`);
  if (operator === undefined) return decide(subject, { type: 'is true' }, false);
  if (text === undefined || others.length > 0) return unread('it is not "$variable operator value"');
  const not = operator.startsWith('!');
  if (operator === '=' || operator === '!=') {
    const value = textOf(text, variables);
    if (value === undefined) return unread(`"${text}" is known only when a request comes`);
    return value === '' ? decide(subject, { type: 'is not empty' }, !not) : decide(subject, { type: 'is', text: value }, not);
  }
  if (!/^!?~\*?$/.test(operator)) return unread(`"${operator}" is no comparison`);
  const reading = readExpression(text);
  if (!reading.ok) return unread(`"${text}" is no regular expression of RE2: ${reading.message}`);
  return decide(subject, { type: 'matches', expression: text, anyCase: operator.endsWith('*') }, not);
}

function withoutBrackets(words: readonly string[]): readonly string[] {
  const joined = [...words];
  joined[0] = (joined[0] ?? '').replace(/^\(/, '');
  joined[joined.length - 1] = (joined.at(-1) ?? '').replace(/\)$/, '');
  if (joined[0] === '') joined.shift();
  if (joined.at(-1) === '' && words.at(-1) === ')') joined.pop();
  return joined;
}

/** A text that is known, or something of the request. */
function subjectOf(name: string, variables: Constants): string | Subject | undefined {
  if (name.startsWith('cookie_') && !Object.hasOwn(variables, name)) return { name: 'cookie', key: name.slice('cookie_'.length) };
  const parsed = parseTemplate(`\${${name}}`, variables);
  if (!parsed.ok) return undefined;
  const known = knownText(parsed.value);
  const [only, ...others] = parsed.value;
  return known ?? (typeof only === 'object' && others.length === 0 ? only : undefined);
}

function textOf(text: string, variables: Constants): string | undefined {
  const parsed = parseTemplate(text, variables);
  return parsed.ok ? knownText(parsed.value) : undefined;
}

export function knownText(template: Template): string | undefined {
  return template.every((part) => typeof part === 'string') ? template.join('') : undefined;
}

function decide(subject: string | Subject, test: Test, not: boolean): ConditionReading {
  if (typeof subject === 'string') return { type: 'known', holds: holdsOf(subject, test) !== not };
  const anyOf = whenRequest(subject, test);
  if (anyOf === undefined) return unread('Envoy cannot choose by it');
  return anyOf === 'always' ? { type: 'known', holds: !not } : { type: 'asked', anyOf, not };
}

function holdsOf(text: string, test: Test): boolean {
  if (test.type === 'is') return text === test.text;
  if (test.type === 'is not empty') return text !== '';
  if (test.type === 'is true') return text !== '' && text !== '0';
  return matchesWithin(test, text);
}

export function matchesWithin({ expression, anyCase }: Test & { readonly type: 'matches' }, text: string): boolean {
  return RE2JS.compile(expression, anyCase ? RE2JS.CASE_INSENSITIVE : 0)
    .matcher(text)
    .find();
}

function unread(why: string): ConditionReading {
  return { type: 'unread', why };
}
