import { type Conditions, type Route, upstreamsOf } from '../../model/route.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { Source } from '../../model/source.ts';
import { anyHost, isExact, type VirtualHost } from '../../model/virtual-host.ts';
import { encode } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { escapeText } from '../template.ts';
import { corsParts } from './cors.ts';
import { filtersOf, hostFilters } from '../filters/index.ts';
import { renderHeaderEdits } from '../header-edits.ts';
import { clientCertificateMatch, cookieMatchers, headerMatchers, queryMatchers } from './conditions.ts';
import { otherHosts } from '../scopes/other-hosts.ts';
import { renderPath } from './path-match.ts';
import { scopeKey } from '../scopes/scope-header.ts';
import { renderAction } from './route-action.ts';
import { redirectParts } from './redirect.ts';
import { usualRetry } from './retry.ts';
import { ownMetadata, routeMetadata } from './route-metadata.ts';
import { withoutChoices } from './session-cookie.ts';
import { chainHeader, plainChain } from '../scopes/chain-header.ts';

type EnvoyRoute = Messages['envoy.config.route.v3.Route'];
type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];
type HeaderValueOption = Messages['envoy.config.core.v3.HeaderValueOption'];
type CookieMatcher = Messages['envoy.config.route.v3.CookieMatcher'];
type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];

/** A virtual host, encoded once; a scope is put together from these bytes. */
export interface EncodedVirtualHost {
  readonly bytes: Buffer;
  /** Names of the clusters that its routes use. */
  readonly clusters: readonly string[];
  readonly sources: readonly Source[];
}

/**
 * What is asked of an exact host and has no route is not looked for among the other hosts. And at a listener of its own no request is ever
 * without a route: filters act by their own settings then, and those that ask somebody would let nobody pass.
 */
const notFound: EnvoyRoute = { name: 'not found', match: { prefix: '/' }, direct_response: { status: 404 }, metadata: ownMetadata };

/**
 * A virtual host with its routes in order, its fallback last. `catchAll` is the virtual host under any hostname: its
 * default backend serves what no host's own routes match. `over`: see `misdirected`; absent: it may be asked for over any connection.
 */
export function renderVirtualHost(host: VirtualHost, catchAll: VirtualHost | undefined, over?: string): EncodedVirtualHost {
  const fallback = host.fallback ?? catchAll?.fallback;
  const routes = fallback === undefined ? host.routes : [...host.routes, fallback];
  const domains = [host.hostname];
  const served = isOneLabel(host)
    ? wildcardRoutes(host.hostname, routes, catchAll)
    : routes.flatMap((route) => renderRoute(route, [], scopeKey(isExact(host.hostname) ? host.hostname : otherHosts, host.listener)));
  const envoyRoutes = [
    ...(over === undefined ? [] : [misdirected(host, over)]),
    ...served,
    ...(fallback === undefined && (isExact(host.hostname) || host.listener !== undefined) ? [notFound] : []),
  ];
  const shown = isOneLabel(host) ? [...routes, ...(catchAll?.routes ?? [])] : routes;
  return {
    bytes: Buffer.concat([
      encode('envoy.config.route.v3.VirtualHost', { name: host.hostname, domains, routes: envoyRoutes }),
      restOf(isExact(host.hostname) ? filtersUsed(envoyRoutes) : undefined),
    ]),
    clusters: [...new Set(shown.flatMap(upstreamsOf))].sort(),
    sources: shown.flatMap(({ sources }) => sources),
  };
}

const rests = new Map<string | undefined, Buffer>();

/** What virtual hosts that use the same filters have alike, encoded once: most hosts use none. */
function restOf(used: ReadonlySet<string> | undefined): Buffer {
  const key = used && [...used].sort().join();
  let rest = rests.get(key);
  if (rest === undefined) {
    rest = encode('envoy.config.route.v3.VirtualHost', { retry_policy: usualRetry, typed_per_filter_config: hostFilters(used) });
    rests.set(key, rest);
  }
  return rest;
}

/** For names that nobody serves, where a listener has no host for everything else. */
export const nobody: Buffer = encode('envoy.config.route.v3.VirtualHost', {
  name: 'nobody',
  domains: [anyHost],
  routes: [notFound],
  typed_per_filter_config: hostFilters(),
});

function filtersUsed(routes: readonly EnvoyRoute[]): ReadonlySet<string> {
  return new Set(routes.flatMap(({ typed_per_filter_config: filters = {} }) => Object.keys(filters)));
}

/** As Envoy has it, a wildcard stands for any number of labels; so it is at listeners of their own. */
function isOneLabel({ hostname, listener }: VirtualHost): boolean {
  return listener === undefined && hostname !== anyHost && hostname.startsWith('*.');
}

/**
 * A wildcard stands for exactly one label in Kubernetes and for any number of them in Envoy: hosts with more labels
 * pass these routes by and get what hosts get that nobody named.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
 */
function wildcardRoutes(hostname: string, routes: readonly Route[], catchAll: VirtualHost | undefined): EnvoyRoute[] {
  const own = routes.flatMap((route) => renderRoute(route, [oneLabel(hostname)]));
  const others = [...(catchAll?.routes ?? []), ...(catchAll?.fallback === undefined ? [] : [catchAll.fallback])];
  return [...own, ...others.flatMap((route) => renderRoute(route))];
}

function oneLabel(wildcard: string): HeaderMatcher {
  const suffix = wildcard.slice(1).replaceAll('.', '\\.');
  return { name: ':authority', string_match: { safe_regex: { regex: `(?i)[^.:]+${suffix}(?::[0-9]+)?` } } };
}

/**
 * A client may ask for another host over a connection that it has, where the certificate covers both. Where that host's connections
 * are told apart from this one (`over`: what `chainHeader` says of them), it is told to open a connection for it: what the policy asks of clients would not have been asked.
 * https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20
 */
function misdirected(host: VirtualHost, over: string): EnvoyRoute {
  const otherThan = (exact: string): HeaderMatcher => ({ name: chainHeader, string_match: { exact }, invert_match: true });
  const wildcard = isOneLabel(host) ? [oneLabel(host.hostname)] : [];
  return {
    name: 'misdirected',
    match: { prefix: '/', headers: [...wildcard, otherThan(over), otherThan(plainChain)] },
    direct_response: { status: 421, body: { inline_string: 'Misdirected Request\n' } },
    metadata: ownMetadata,
  };
}

/** The routes of Envoy that are one of the Model: more than one where Envoy has no single word for it. `scope`: the key of the one that it is in. */
export function renderRoute(route: Route, headers: readonly HeaderMatcher[] = [], scope = otherHosts): readonly EnvoyRoute[] {
  const { name, action, conditions = {}, policy = {} } = route;
  if (policy.cors !== undefined && (action.type !== 'answer' || policy.cors.byStandard === true)) {
    return corsParts(route, policy.cors).flatMap((part) => renderRoute(part.route, [...headers, ...part.headers], scope));
  }
  const query = queryMatchers(conditions);
  const cookies = cookieMatchers(conditions);
  const match: RouteMatch = {
    ...renderPath(route.match),
    headers: [...headers, ...headerMatchers(conditions), ...overTls(conditions)],
    ...clientCertificateMatch(conditions),
    ...(query.length === 0 ? {} : { query_parameters: query }),
    ...cookiesOf(cookies),
  };
  const narrowed = (more: readonly HeaderMatcher[]): RouteMatch => ({ ...match, headers: [...(match.headers ?? []), ...more] });
  const metadata = routeMetadata(route, policy);
  if (action.type !== 'redirect') {
    return withoutChoices(policy).map(({ headers: clients, cookies: theirs, policy: own, requestHeaders }) => ({
      ...{ name, match: { ...narrowed(clients), ...cookiesOf([...cookies, ...theirs]) }, ...renderAction(action, route.match, own) },
      ...{ ...renderEdits({ ...route, policy: own }, requestHeaders), typed_per_filter_config: filtersOf(own, scope), metadata },
      ...traced(own),
    }));
  }
  return redirectParts(action, route.match).map((part) => ({
    ...{ name, match: narrowed(part.headers), ...part.action },
    ...{ ...withLocation(renderEdits(route), part.action), typed_per_filter_config: filtersOf(policy, scope), metadata },
    ...traced(policy),
  }));
}

/** Envoy reads it as a text with variables. */
function traced({ spanName }: RoutePolicy): EnvoyRoute {
  return spanName === undefined ? {} : { tracing: { operation: escapeText(spanName) } };
}

/** Where a redirect is an answer with the header written out, other headers come beside it. */
function withLocation(edits: EnvoyRoute, { response_headers_to_add: location }: EnvoyRoute): EnvoyRoute {
  if (location === undefined) return edits;
  return { ...edits, response_headers_to_add: [...(edits.response_headers_to_add ?? []), ...location] };
}

function cookiesOf(cookies: readonly CookieMatcher[]): RouteMatch {
  return cookies.length === 0 ? {} : { cookies };
}

/** Of a connection without TLS Envoy says as of one whose certificate is not good. */
function overTls({ clientCertificate }: Conditions): readonly HeaderMatcher[] {
  return clientCertificate === 'not trusted' ? [{ name: chainHeader, string_match: { exact: plainChain }, invert_match: true }] : [];
}

/** `added`: to requests, besides what the policy changes. */
function renderEdits({ action, policy = {} }: Route, added: readonly HeaderValueOption[] = []): EnvoyRoute {
  const { requestHeaders, responseHeaders } = policy;
  const own = action.type === 'answer' ? (action.headers ?? []) : [];
  const request = requestHeaders || added.length > 0 ? renderHeaderEdits(requestHeaders ?? {}) : undefined;
  const response =
    own.length === 0
      ? responseHeaders && renderHeaderEdits(responseHeaders)
      : renderHeaderEdits({ ...responseHeaders, set: [...own, ...(responseHeaders?.set ?? [])] });
  return {
    ...(request && { request_headers_to_remove: request.remove, request_headers_to_add: [...added, ...request.add] }),
    ...(response && { response_headers_to_remove: response.remove, response_headers_to_add: response.add }),
  };
}
