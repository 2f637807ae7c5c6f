import type { CorsFilter, HeaderModifier, PathModifier, RouteFilter } from '../kube/gateway-objects.ts';
import type { Cors, HeaderEdits, Rewrite } from '../model/route-policy.ts';
import type { PathMatch, PathReplacement, Redirect } from '../model/route.ts';

/** What the filters of a rule ask for, or why they cannot be had. */
export interface Filtered {
  readonly requestHeaders?: HeaderEdits;
  readonly responseHeaders?: HeaderEdits;
  readonly redirect?: Redirect;
  readonly rewrite?: Rewrite;
  readonly cors?: Cors;
  readonly objections: readonly FilterObjection[];
}

export interface FilterObjection {
  readonly reason: 'UnsupportedValue' | 'IncompatibleFilters';
  readonly message: string;
}

/** Where requests arrive: what a redirect says of scheme and port. */
export interface Arrival {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** `*.example.com`, or `*` for any. */
  readonly hostname: string;
  /** What the Gateway shows to backends with TLS: key of a Secret. */
  readonly certificate?: string | undefined;
}

const ownPorts = { http: 80, https: 443 } as const;

/** `match`: the path that a prefix takes the place of. */
export function readFilters(filters: readonly RouteFilter[], match: PathMatch, arrival: Arrival): Filtered {
  let filtered: Filtered = { objections: filterObjections(filters) };
  if (filtered.objections.length > 0) return filtered;
  for (const { requestHeaderModifier, responseHeaderModifier, requestRedirect, urlRewrite, cors } of filters) {
    if (requestHeaderModifier !== undefined) filtered = { ...filtered, requestHeaders: headerEdits(requestHeaderModifier) };
    if (responseHeaderModifier !== undefined) filtered = { ...filtered, responseHeaders: headerEdits(responseHeaderModifier) };
    if (requestRedirect !== undefined) filtered = { ...filtered, redirect: redirectOf(requestRedirect, match, arrival) };
    if (urlRewrite !== undefined) filtered = { ...filtered, rewrite: rewriteOf(urlRewrite, match) };
    if (cors !== undefined) filtered = { ...filtered, cors: corsOf(cors) };
  }
  return filtered;
}

const supported = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite', 'RequestMirror', 'CORS']);

/** A filter that is not known must not be passed over: what it stands for may protect something. */
export function filterObjections(filters: readonly RouteFilter[]): readonly FilterObjection[] {
  const unknown = filters.filter(({ type }) => !supported.has(type));
  const types = new Set(filters.map(({ type }) => type));
  const both = types.has('RequestRedirect') && types.has('URLRewrite');
  return [
    ...unknown.map(({ type }): FilterObjection => ({ reason: 'UnsupportedValue', message: `Filters of type ${type} are not supported.` })),
    ...(both ? [{ reason: 'IncompatibleFilters' as const, message: 'A rule cannot redirect and rewrite.' }] : []),
  ];
}

export function headerEdits({ set, add, remove }: HeaderModifier): HeaderEdits {
  const values = (list: HeaderModifier['set']) => list.map(({ name, value }) => ({ name: name.toLowerCase(), value: [value] }));
  return {
    ...(remove.length === 0 ? {} : { remove: remove.map((name) => name.toLowerCase()) }),
    ...(set.length === 0 ? {} : { set: values(set) }),
    ...(add.length === 0 ? {} : { add: values(add) }),
  };
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#httprequestredirectfilter */
function redirectOf(redirect: NonNullable<RouteFilter['requestRedirect']>, match: PathMatch, arrival: Arrival): Redirect {
  const scheme = (redirect.scheme ?? arrival.scheme) as Arrival['scheme'];
  // Named where it is known, because a client may have written a port behind it, which is that of where it was.
  const hostname = redirect.hostname ?? (arrival.hostname.startsWith('*') ? undefined : arrival.hostname);
  const port = redirect.port ?? (redirect.scheme === undefined ? arrival.port : ownPorts[scheme]);
  return {
    type: 'redirect',
    status: redirect.statusCode as Redirect['status'],
    scheme,
    ...(hostname === undefined ? {} : { hostname }),
    ...(port === ownPorts[scheme] ? {} : { port }),
    ...pathOf(redirect.path, match),
  };
}

function rewriteOf({ hostname, path }: NonNullable<RouteFilter['urlRewrite']>, match: PathMatch): Rewrite {
  return { ...pathOf(path, match), ...(hostname === undefined ? {} : { host: [hostname] }) };
}

/** With credentials browsers take `*` for a name. https://gateway-api.sigs.k8s.io/reference/spec/#httpcorsfilter */
function corsOf({ allowOrigins, allowCredentials = false, allowMethods, allowHeaders, exposeHeaders, maxAge }: CorsFilter): Cors {
  const list = (names: readonly string[]) => (names.includes('*') ? '*' : names.join(', '));
  const asked = (names: readonly string[]) => allowCredentials && names.includes('*');
  return {
    ...(allowOrigins.includes('*') ? {} : { origins: allowOrigins }),
    credentials: allowCredentials,
    ...(asked(allowMethods) ? {} : { methods: list(allowMethods) }),
    ...(asked(allowHeaders) ? {} : { headers: list(allowHeaders) }),
    maxAge,
    ...(exposeHeaders.length === 0 ? {} : { exposed: list(exposeHeaders) }),
    byStandard: true,
  };
}

/** Only of a prefix there is a rest that can stay. */
function pathOf(path: PathModifier | undefined, { type }: PathMatch): { readonly path?: PathReplacement } {
  if (path?.replaceFullPath !== undefined) return { path: { type: 'full', path: path.replaceFullPath } };
  if (path?.replacePrefixMatch === undefined || type !== 'prefix') return {};
  return { path: { type: 'prefix', path: path.replacePrefixMatch } };
}
