import type { Conditions, ValueCondition } from '../../model/route.ts';
import type { CanaryPolicy } from '../annotations/canary.ts';
import { readExpression } from '../nginx/expression.ts';

/** Requests that do not leave it to chance which side they go to. */
export interface CanaryChoice {
  /** What decides, for the name of the route: `by header always`. */
  readonly name: string;
  readonly conditions: Conditions;
  readonly side: 'primary' | 'canary';
}

/** In the order in which they are asked. */
export function canaryChoices({ header, cookie }: CanaryPolicy): readonly CanaryChoice[] {
  return [...(header === undefined ? [] : byHeader(header)), ...(cookie === undefined ? [] : byCookie(cookie))];
}

function byHeader({ name, match }: NonNullable<CanaryPolicy['header']>): readonly CanaryChoice[] {
  const choice = (what: string, side: CanaryChoice['side'], value?: ValueCondition['value']): CanaryChoice => ({
    name: `by header ${what}`,
    conditions: { headers: [{ name, ...(value === undefined ? {} : { value }) }] },
    side,
  });
  if (match === undefined) {
    return [choice('always', 'canary', { type: 'exact', text: 'always' }), choice('never', 'primary', { type: 'exact', text: 'never' })];
  }
  if (match.type === 'exact') return [choice('value', 'canary', { type: 'exact', text: match.text })];
  if (patternFault(match.text) !== undefined) return [choice('unread', 'primary')];
  // nginx looks for a match anywhere in the value.
  return [choice('pattern', 'canary', { type: 'regex', text: `(?s:.*)(?:${match.text})(?s:.*)` })];
}

function byCookie(name: string): readonly CanaryChoice[] {
  return (['always', 'never'] as const).map((text) => ({
    name: `by cookie ${text}`,
    conditions: { cookies: [{ name, value: { type: 'exact', text } }] },
    side: text === 'always' ? 'canary' : 'primary',
  }));
}

/** What is wrong with the pattern for a header, with a place and what to do. */
export function patternFault(text: string): { readonly message: string; readonly fix: string } | undefined {
  const reading = readExpression(text);
  if (reading.ok) return undefined;
  const where = reading.column === undefined ? '' : ` at character ${reading.column}`;
  return { message: `"${text}" is no expression that Envoy can match: ${reading.message}${where}`, fix: reading.fix };
}
