import { joinPolicies, type Cors, type HeaderValue, type RoutePolicy } from '../../model/route-policy.ts';
import type { Route } from '../../model/route.ts';
import type { Messages } from '../../proto/gen/messages.ts';

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
  const whole = [...originHeaders(cors), ...preflightHeaders(cors)];
  // What is asked of certificates comes before everything else, and then the size of the body.
  const { clientSubject, bodySize } = policy;
  const preflight: Route = {
    ...route,
    name: `${route.name} for other origins`,
    conditions: { ...route.conditions, method: 'OPTIONS' },
    action: { type: 'answer', status: 204, body: '' },
    policy: {
      responseHeaders: { set: whole },
      ...(clientSubject !== undefined && { clientSubject }),
      ...(bodySize !== undefined && { bodySize }),
    },
  };
  const told: RoutePolicy = { responseHeaders: { set: cors.byStandard === true ? originHeaders(cors) : whole } };
  const rest: Part = { route: { ...route, policy }, headers: [] };
  const asked = cors.byStandard === true ? [askedMethod(route)] : [];
  return [
    { route: preflight, headers: [...headers, ...asked] },
    ...(cors.byStandard === true && cors.origins !== undefined ? [{ route: refused(preflight), headers: [fromOrigin, ...asked] }] : []),
    { route: { ...route, policy: joinPolicies([policy, told]) }, headers },
    ...(headers.length === 0 ? [] : [rest]),
  ];
}

const fromOrigin: HeaderMatcher = { name: 'origin', present_match: true };

function refused(preflight: Route): Route {
  return { ...preflight, name: `${preflight.name} that may not`, action: { type: 'answer', status: 403, body: '' }, policy: {} };
}

/** A preflight is for the route that takes what it asks for. */
function askedMethod({ conditions }: Route): HeaderMatcher {
  const name = 'access-control-request-method';
  const method = conditions?.method;
  return method === undefined || method === 'OPTIONS' ? { name, present_match: true } : { name, string_match: { exact: method } };
}

function originMatchers({ origins, byStandard }: Cors): readonly HeaderMatcher[] {
  if (origins === undefined) return byStandard === true ? [fromOrigin] : [];
  const labels = byStandard === true ? '[A-Za-z0-9.-]+' : '[A-Za-z0-9-]+';
  const regex = `(?i)(?:${origins.map((origin) => originRegex(origin, labels)).join('|')})`;
  return [{ name: 'origin', string_match: { safe_regex: { regex } } }];
}

function originRegex(origin: string, labels: string): string {
  return origin.replaceAll(/[.+?^${}()|[\]\\/-]/g, '\\$&').replaceAll('*', labels);
}

function originHeaders({ origins, credentials, exposed, byStandard }: Cors): readonly HeaderValue[] {
  const any = origins === undefined && !(byStandard === true && credentials);
  return [
    { name: 'access-control-allow-origin', value: any ? ['*'] : [{ name: 'request-header', key: 'origin' }] },
    ...(credentials ? [{ name: 'access-control-allow-credentials', value: ['true'] }] : []),
    ...(exposed === undefined ? [] : [{ name: 'access-control-expose-headers', value: [exposed] }]),
  ];
}

function preflightHeaders({ methods, headers, maxAge }: Cors): readonly HeaderValue[] {
  const asked = (key: string) => [{ name: 'request-header' as const, key }];
  return [
    { name: 'access-control-allow-methods', value: methods === undefined ? asked('access-control-request-method') : [methods] },
    { name: 'access-control-allow-headers', value: headers === undefined ? asked('access-control-request-headers') : [headers] },
    { name: 'access-control-max-age', value: [String(maxAge)] },
  ];
}
