import type { Conditions, ValueCondition } from '../../model/route.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];
type CookieMatcher = Messages['envoy.config.route.v3.CookieMatcher'];
type QueryMatcher = Messages['envoy.config.route.v3.QueryParameterMatcher'];
type StringMatcher = Messages['envoy.type.matcher.v3.StringMatcher'];
type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];

/** The scheme is in this header, whoever said it: the connection manager has put it there before a route is chosen. */
export const schemeHeader = 'x-forwarded-proto';

/** Of a cookie that is there; Envoy has no other word for it. */
export const anything: StringMatcher = { safe_regex: { regex: '.*' } };

const requestHeaders = { method: ':method', host: ':authority', scheme: schemeHeader, 'path and query': ':path' } as const;

export function headerMatchers({ scheme, method, headers = [], request = [] }: Conditions): readonly HeaderMatcher[] {
  return [
    ...(scheme === undefined ? [] : [exactly(schemeHeader, scheme)]),
    ...(method === undefined ? [] : [exactly(':method', method)]),
    ...request.map(({ of, expression }) => ({ name: requestHeaders[of], string_match: { safe_regex: { regex: expression } } })),
    ...headers.map(headerMatcher),
  ];
}

export function queryMatchers({ query = [] }: Conditions): readonly QueryMatcher[] {
  return query.map(({ name, value }) => ({
    name,
    ...(value === undefined ? { present_match: true } : { string_match: textMatcher(value) }),
  }));
}

export function cookieMatchers({ cookies = [] }: Conditions): readonly CookieMatcher[] {
  return cookies.map(({ name, value, not }) => ({
    name,
    string_match: value === undefined ? anything : textMatcher(value),
    ...(not === true ? { invert_match: true } : {}),
  }));
}

/** https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/route/v3/route_components.proto#config-route-v3-routematch-tlscontextmatchoptions */
export function clientCertificateMatch({ clientCertificate }: Conditions): RouteMatch {
  if (clientCertificate === undefined) return {};
  if (clientCertificate === 'trusted') return { tls_context: { presented: true, validated: true } };
  return { tls_context: { ...(clientCertificate === 'bad' && { presented: true }), validated: false } };
}

export function exactly(name: string, exact: string): HeaderMatcher {
  return { name, string_match: { exact } };
}

function headerMatcher({ name, value, not }: ValueCondition): HeaderMatcher {
  const match = value === undefined ? { present_match: true } : { string_match: textMatcher(value) };
  return { name, ...match, ...(not === true ? { invert_match: true } : {}) };
}

/** A regular expression has to match the whole. */
function textMatcher({ type, text }: NonNullable<ValueCondition['value']>): StringMatcher {
  if (type === 'regex') return { safe_regex: { regex: text } };
  return type === 'prefix' ? { prefix: text } : { exact: text };
}
