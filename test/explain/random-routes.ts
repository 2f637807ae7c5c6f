import * as fc from 'fast-check';
import type { ExplainedRequest } from '../../src/explain/request.ts';
import type { Messages } from '../../src/proto/gen/messages.ts';

export type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];
type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];
type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];
type StringMatcher = Messages['envoy.type.matcher.v3.StringMatcher'];

// Few words, so that routes and requests meet.
const segment = fc.constantFrom('a', 'b', 'ab', 'A', 'a.b', 'a%41', '~a');
const path = fc.array(segment, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const word = fc.constantFrom('', 'a', 'A', 'ab', 'always', '12', '-3');
const expression = fc.constantFrom('a', 'a.*', '(?i)A+', '.*b', '[^.:]+', '(a|b)*', '\\d+', '-?[0-9]{1,2}');
const names = fc.constantFrom('x-a', 'x-b');

const textMatcher: fc.Arbitrary<StringMatcher> = fc.oneof(
  fc.record({ exact: word, ignore_case: fc.boolean() }),
  fc
    .constantFrom('a', 'A', '1')
    .chain((text) => fc.constantFrom({ prefix: text }, { suffix: text, ignore_case: true }, { contains: text })),
  expression.map((regex) => ({ safe_regex: { regex } })),
);
const headerMatcher: fc.Arbitrary<HeaderMatcher> = fc
  .record({
    name: names,
    how: fc.oneof(
      fc.boolean().map((present_match) => ({ present_match })),
      textMatcher.map((string_match) => ({ string_match })),
      fc.constant({ range_match: { start: -3, end: 12 } }),
    ),
    invert_match: fc.boolean(),
    treat_missing_header_as_empty: fc.boolean(),
  })
  .map(({ how, ...matcher }) => ({ ...matcher, ...how }));
const methodMatcher = fc.constant({ name: ':method', string_match: { exact: 'POST' } });
const queryMatcher = fc
  .record({
    name: fc.constantFrom('q', 'r'),
    how: fc.oneof(
      fc.boolean().map((present_match) => ({ present_match })),
      textMatcher.map((string_match) => ({ string_match })),
    ),
  })
  .map(({ name, how }) => ({ name, ...how }));
const cookieMatcher = fc.record({ name: fc.constantFrom('c', 'd'), string_match: textMatcher, invert_match: fc.boolean() });

const pathMatch: fc.Arbitrary<RouteMatch> = fc.oneof(
  path.map((exact) => ({ path: exact })),
  path.map((prefix) => ({ prefix })),
  path.filter((prefix) => prefix !== '/').map((prefix) => ({ path_separated_prefix: prefix })),
  fc.constantFrom('/a.*', '(?i)/A(/|$)(.*)', '/[^/]+', '/(a|b)/?', '.*').map((regex) => ({ safe_regex: { regex } })),
);
/** One in three has any: routes that ask for everything at once take nothing. */
function seldom<T>(condition: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  return fc.oneof({ arbitrary: fc.constant<T[]>([]), weight: 2 }, fc.array(condition, { minLength: 1, maxLength }));
}

const match: fc.Arbitrary<RouteMatch> = fc
  .record({
    path: pathMatch,
    case_sensitive: fc.boolean(),
    headers: seldom(fc.oneof({ arbitrary: headerMatcher, weight: 4 }, methodMatcher), 2),
    query_parameters: seldom(queryMatcher, 1),
    cookies: seldom(cookieMatcher, 1),
    grpc: fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, fc.constant({})),
  })
  .map(({ path: how, case_sensitive, grpc, ...rest }) => ({
    ...{ ...how, ...rest },
    ...('safe_regex' in how ? {} : { case_sensitive }),
    ...(grpc === undefined ? {} : { grpc }),
  }));

/** A virtual host under `domains` whose routes answer with their place. */
export function randomHost(name: string, domains: readonly string[]): fc.Arbitrary<VirtualHost> {
  return fc.array(match, { minLength: 1, maxLength: 6 }).map((matches) => ({
    name,
    domains: [...domains],
    routes: matches.map((one, index) => ({
      name: String(index),
      match: one,
      direct_response: { status: 200, body: { inline_string: `${name} ${index}` } },
    })),
  }));
}

const odd = fc.constantFrom(
  '/a//b',
  '/a/../b',
  '/a/./b/.',
  '/%61/b',
  '/a%2fb',
  '/a/..',
  '/a\\b',
  '/..',
  '/a%2Eb',
  '/a/%2e%2e/b',
  '/a%20b',
  '/a"b',
  '/a%5cb',
  '/a<b',
  '/a|b',
  '/%zz',
  '/a%',
  '/a;b=1',
  '/a{b}',
);
const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom('?', '?q', '?q=', '?q=a', '?q=A&r=ab', '?r=12&q=always&q=b', '?q=a%20b&r', '?q=a//b'),
);

/** The paths of a host's routes; of an expression, one that it matches. */
export function pathsOf({ routes = [] }: VirtualHost): readonly string[] {
  return routes.map(({ match: { path: exact, prefix, path_separated_prefix: segments } = {} }) => exact ?? prefix ?? segments ?? '/a/b');
}

/** A request that often meets routes of `randomHost`; `near`: paths of those that it may be for. */
export function randomRequest(authority: fc.Arbitrary<string>, near: readonly string[] = []): fc.Arbitrary<ExplainedRequest> {
  return fc
    .record({
      authority,
      method: fc.constantFrom('GET', 'GET', 'POST'),
      path: fc.oneof(
        { arbitrary: path, weight: 6 },
        odd,
        path.map((one) => `${one}/`),
        ...(near.length === 0
          ? []
          : [
              {
                arbitrary: fc.tuple(fc.constantFrom(...near), fc.constantFrom('', '', '/', 'a', '/a')).map((parts) => parts.join('')),
                weight: 8,
              },
            ]),
      ),
      query,
      headers: fc.dictionary(names, word, { maxKeys: 2 }),
      type: fc.option(fc.constantFrom('application/grpc', 'application/grpc+proto', 'application/grpc-web'), { nil: undefined, freq: 5 }),
      cookie: fc.option(fc.constantFrom('c=a', 'c=always; d=12', 'd=', 'c="a"', 'd=A;c=ab', 'x=1'), { nil: undefined }),
    })
    .map(({ authority: host, method, path: bare, query: rest, headers, type, cookie }) => ({
      authority: host,
      method,
      scheme: 'http' as const,
      path: bare + rest,
      headers: new Map([
        ...Object.entries(headers),
        ...(type === undefined ? [] : [['content-type', type] as const]),
        ...(cookie === undefined ? [] : [['cookie', cookie] as const]),
      ]),
    }));
}
