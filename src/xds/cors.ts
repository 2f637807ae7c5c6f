import { joinPolicies, type Cors, type HeaderValue, type RoutePolicy } from '../model/route-policy.ts';
import type { Route } from '../model/route.ts';
import type { Messages } from '../proto/gen/messages.ts';

type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];

/** A route, and what a request must be for it besides. */
interface Part {
  readonly route: Route;
  readonly headers: readonly HeaderMatcher[];
}

/**
 * A route that other origins may use, in parts: the answer to their OPTIONS requests, their other requests, and everybody else's. The filter
 * of Envoy would answer 200, and only to what is a preflight by the book; nginx answers 204 to any OPTIONS.
 */
export function corsParts(route: Route, cors: Cors): readonly Part[] {
  const { cors: _, ...policy } = route.policy ?? {};
  const headers = originMatchers(cors);
  const told: RoutePolicy = { responseHeaders: { set: corsHeaders(cors) } };
  // What is asked of certificates comes before everything else.
  const { clientSubject } = policy;
  const preflight: Route = {
    ...route,
    name: `${route.name} for other origins`,
    conditions: { ...route.conditions, method: 'OPTIONS' },
    action: { type: 'answer', status: 204, body: '' },
    policy: { ...told, ...(clientSubject !== undefined && { clientSubject }) },
  };
  const rest: Part = { route: { ...route, policy }, headers: [] };
  return [
    { route: preflight, headers },
    { route: { ...route, policy: joinPolicies([policy, told]) }, headers },
    ...(headers.length === 0 ? [] : [rest]),
  ];
}

function originMatchers({ origins }: Cors): readonly HeaderMatcher[] {
  if (origins === undefined) return [];
  const regex = `(?i)(?:${origins.map(originRegex).join('|')})`;
  return [{ name: 'origin', string_match: { safe_regex: { regex } } }];
}

function originRegex(origin: string): string {
  return origin.replaceAll(/[.+?^${}()|[\]\\/-]/g, '\\$&').replaceAll('*', '[A-Za-z0-9-]+');
}

function corsHeaders({ origins, credentials, methods, headers, maxAge, exposed }: Cors): readonly HeaderValue[] {
  return [
    { name: 'access-control-allow-origin', value: origins === undefined ? ['*'] : [{ name: 'request-header', key: 'origin' }] },
    ...(credentials ? [{ name: 'access-control-allow-credentials', value: ['true'] }] : []),
    { name: 'access-control-allow-methods', value: [methods] },
    { name: 'access-control-allow-headers', value: [headers] },
    { name: 'access-control-max-age', value: [String(maxAge)] },
    ...(exposed === undefined ? [] : [{ name: 'access-control-expose-headers', value: [exposed] }]),
  ];
}
