import { readExpression } from '../ingress/nginx/expression.ts';
import type { GrpcRule, HttpRule } from '../kube/gateway-objects.ts';
import type { FilterObjection } from './filters.ts';
import { type Match, matchesOf } from './match.ts';

/** Whether Envoy can read all that a match has to read. One that it cannot is for no request: what it was to take is not known. */
export function isReadable(match: Match): boolean {
  return faultsOf(match).length === 0;
}

export function expressionObjections(rule: HttpRule | GrpcRule): readonly FilterObjection[] {
  return matchesOf(rule).flatMap(faultsOf);
}

function faultsOf({ match, conditions: { headers = [], query = [] } }: Match): readonly FilterObjection[] {
  const values = [...headers, ...query].flatMap(({ value }) => (value?.type === 'regex' ? [value.text] : []));
  return [...(match.type === 'regex' ? [match.path] : []), ...values].flatMap((text) => {
    const reading = readExpression(text);
    return reading.ok
      ? []
      : [{ reason: 'UnsupportedValue', message: `The regular expression ${text} cannot be used: ${reading.message}. ${reading.fix}` }];
  });
}
