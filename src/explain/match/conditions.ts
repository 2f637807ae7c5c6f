import type { Messages } from '../../proto/gen/messages.ts';
import { type ExplainedRequest, headerOf } from '../request.ts';
import { matchesText, printTextMatcher } from './text.ts';

type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];
type QueryMatcher = Messages['envoy.config.route.v3.QueryParameterMatcher'];
type CookieMatcher = Messages['envoy.config.route.v3.CookieMatcher'];

/** Why a request is not what a header matcher asks for; undefined if it is. */
export function headerObjection(matcher: HeaderMatcher, request: ExplainedRequest): string | undefined {
  const name = matcher.name ?? '';
  // A header that counts as empty when it is missing is never missing.
  const value = headerOf(request, name) ?? (matcher.treat_missing_header_as_empty === true ? '' : undefined);
  const not = matcher.invert_match === true;
  const { string_match: text, range_match: range } = matcher;
  if (text === undefined && range === undefined) {
    const wanted = (matcher.present_match ?? true) !== not;
    if ((value !== undefined) === wanted) return undefined;
    return wanted ? `header ${name} is missing` : `header ${name} is there`;
  }
  // Also where the opposite is asked for: of a header that is not there nothing is true.
  if (value === undefined) return `header ${name} is missing`;
  const holds = text === undefined ? isWithin(value, range ?? {}) : matchesText(text, value);
  if (holds !== not) return undefined;
  const asked = text === undefined ? `is from ${range?.start ?? 0} to below ${range?.end ?? 0}` : printTextMatcher(text);
  return `header ${name} is ${JSON.stringify(value)}, not one that ${not ? 'is other than: ' : ''}${asked}`;
}

/** Why a query is not what a matcher asks for; undefined if it is. The first parameter of a name counts. */
export function queryObjection(
  { name = '', string_match: text, present_match: present }: QueryMatcher,
  request: ExplainedRequest,
): string | undefined {
  const value = queryValue(request.path, name);
  if (text === undefined) {
    const wanted = present ?? true;
    if ((value !== undefined) === wanted) return undefined;
    return wanted ? `query parameter ${name} is missing` : `query parameter ${name} is there`;
  }
  if (value === undefined) return `query parameter ${name} is missing`;
  return matchesText(text, value)
    ? undefined
    : `query parameter ${name} is ${JSON.stringify(value)}, not one that ${printTextMatcher(text)}`;
}

/** Why the cookies of a request are not what a matcher asks for; undefined if they are. */
export function cookieObjection(matcher: CookieMatcher, request: ExplainedRequest): string | undefined {
  const { name = '', string_match: text = {}, invert_match: not = false } = matcher;
  const value = cookieValue(request.headers.get('cookie') ?? '', name);
  if (value === undefined) return not ? undefined : `cookie ${name} is missing`;
  return matchesText(text, value) !== not ? undefined : `cookie ${name} is ${JSON.stringify(value)}`;
}

function isWithin(text: string, { start = 0, end = 0 }: Messages['envoy.type.v3.Int64Range']): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const number = BigInt(text);
  return number >= BigInt(start) && number < BigInt(end);
}

/** As Envoy reads a query: names and values as they are written, percent-encoded or not. */
function queryValue(path: string, name: string): string | undefined {
  const query = /\?([^#]*)/s.exec(path)?.[1];
  if (query === undefined) return undefined;
  for (const part of query.split('&')) {
    const [key, ...value] = part.split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

function cookieValue(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name)
      return part
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1');
  }
  return undefined;
}
