import { RE2JS } from 're2js';
import type { Messages } from '../../proto/gen/messages.ts';

type StringMatcher = Messages['envoy.type.matcher.v3.StringMatcher'];

/** Whether Envoy's matcher takes the text. An expression has to match the whole. */
export function matchesText(matcher: StringMatcher, text: string): boolean {
  const { exact, prefix, suffix, contains, safe_regex: expression, ignore_case: ignoreCase } = matcher;
  if (expression !== undefined) return matchesExpression(expression.regex ?? '', text);
  const fold = (one: string): string => (ignoreCase === true ? lowerAscii(one) : one);
  const folded = fold(text);
  if (prefix !== undefined) return folded.startsWith(fold(prefix));
  if (suffix !== undefined) return folded.endsWith(fold(suffix));
  if (contains !== undefined) return folded.includes(fold(contains));
  return folded === fold(exact ?? '');
}

/** What a matcher asks for, as in `"always"`, `begins with "a"`. */
export function printTextMatcher({ exact, prefix, suffix, contains, safe_regex: expression }: StringMatcher): string {
  if (expression !== undefined) return `matches ${expression.regex ?? ''}`;
  if (prefix !== undefined) return `begins with ${JSON.stringify(prefix)}`;
  if (suffix !== undefined) return `ends with ${JSON.stringify(suffix)}`;
  if (contains !== undefined) return `contains ${JSON.stringify(contains)}`;
  return `is ${JSON.stringify(exact ?? '')}`;
}

const compiled = new Map<string, RE2JS>();
const compiledAtMost = 1000;

/** By the engine that Envoy uses, in its dialect. */
export function matchesExpression(expression: string, text: string): boolean {
  let program = compiled.get(expression);
  if (program === undefined) {
    if (compiled.size >= compiledAtMost) compiled.clear();
    compiled.set(expression, (program = RE2JS.compile(expression)));
  }
  return program.matches(text);
}

/** As Envoy folds case: other letters than those of ASCII stay. */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
