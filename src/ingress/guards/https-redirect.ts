import { isDeepStrictEqual } from 'node:util';
import type { Redirect, Route } from '../../model/route.ts';
import { anyHost, type VirtualHost } from '../../model/virtual-host.ts';
import type { HttpsRedirectPolicy } from '../annotations/https-redirect.ts';
import type { RedirectSettings } from '../config/tables.ts';
import { type IngressRow, ownerOf } from '../ingress-row.ts';
import type { HttpsOptions } from '../options.ts';
import { isRedirecting } from '../routes/redirecting.ts';

/** What decides on the redirects of one host. */
export interface HttpsRedirectRules {
  readonly hasTls: boolean;
  readonly https: HttpsOptions;
  readonly settings: RedirectSettings;
  /** The Ingresses of the host, the oldest first. */
  readonly rows: readonly IngressRow[];
}

/**
 * The same host, which sends plain http away to https where this is asked for: one redirect for the whole host if all its
 * routes agree, else one before each route that wants it.
 */
export function withHttpsRedirects(host: VirtualHost, rules: HttpsRedirectRules): VirtualHost {
  const { fallback } = host;
  const rest: Route = fallback ?? { name: 'any path', match: { type: 'prefix', path: '/' }, action: notFound, sources: [] };
  const exempt = host.routes.filter((route) => isExempt(route, rules));
  const others = host.routes.filter((route) => !exempt.includes(route));
  const restRedirect = redirectOf(fallback === undefined ? restPolicy(rules) : policyOf(fallback, rules), host, rules);
  const redirects = others.map((route) => (isRedirecting(route) ? undefined : redirectOf(policyOf(route, rules), host, rules)));
  const areAlike =
    redirects.every((one) => isDeepStrictEqual(one, restRedirect)) && others.every(({ policy }) => policy?.cors === undefined);
  if (areAlike) {
    return restRedirect === undefined ? host : { ...host, routes: [...exempt, toHttps(rest, restRedirect, host), ...others] };
  }
  const routes = others.flatMap((route, index) => {
    const redirect = redirects[index];
    return redirect === undefined ? [route] : [toHttps(route, redirect), route];
  });
  return { ...host, routes: [...exempt, ...routes, ...(restRedirect === undefined ? [] : [toHttps(rest, restRedirect, host)])] };
}

const notFound = { type: 'answer', status: 404, body: '' } as const;

/** Exempt paths may come first: whatever is longer than one of them is exempt, too. */
function isExempt({ match }: Route, { settings: { exempt } }: HttpsRedirectRules): boolean {
  return exempt.some((beginning) => match.path.startsWith(beginning));
}

function policyOf(route: Route, { rows }: HttpsRedirectRules): HttpsRedirectPolicy | undefined {
  return ownerOf(route, rows)?.policies.httpsRedirect;
}

/** What no route matches follows the oldest Ingress of the host, as the location `/` does that ingress-nginx gives to every host. */
function restPolicy({ rows }: HttpsRedirectRules): HttpsRedirectPolicy | undefined {
  const oldest = rows.find(({ policies }) => policies.canary === undefined);
  return oldest?.policies.httpsRedirect;
}

function redirectOf(policy: HttpsRedirectPolicy | undefined, { hostname }: VirtualHost, rules: HttpsRedirectRules): Redirect | undefined {
  const { when = 'host has TLS', keepSlash = false, namePort = false } = policy ?? {};
  if (when === 'never' || (when === 'host has TLS' && !rules.hasTls)) return undefined;
  const { port, named } = rules.https;
  return {
    type: 'redirect',
    status: rules.settings.status,
    scheme: 'https',
    ...(hostname === anyHost || hostname.startsWith('*.') ? {} : { hostname }),
    ...(named || namePort ? { port } : {}),
    ...(keepSlash ? {} : { withoutTrailingSlash: true }),
  };
}

/** For the whole of a host its routes' objects stand behind the redirect. As in nginx, whoever asks for another origin is answered before. */
function toHttps(route: Route, action: Redirect, whole?: VirtualHost): Route {
  const { match, conditions = {}, policy: { cors } = {} } = route;
  const sources = whole === undefined ? route.sources : objectsOf(whole);
  return {
    name: `${route.name} to https`,
    match,
    conditions: { ...conditions, scheme: 'http' },
    action,
    ...(cors && { policy: { cors } }),
    sources,
  };
}

/** Each object once, without the field. */
export function objectsOf({ routes, fallback }: VirtualHost): Route['sources'] {
  const all = [...routes, ...(fallback === undefined ? [] : [fallback])].flatMap(({ sources }) => sources);
  return [...new Map(all.map(({ kind, namespace, name }) => [`${kind} ${namespace}/${name}`, { kind, namespace, name }])).values()];
}
