import type { RoutePolicy } from '../../model/route-policy.ts';
import type { SessionCookie } from '../../model/stickiness.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { anything, exactly, schemeHeader } from './conditions.ts';

type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];
type CookieMatcher = Messages['envoy.config.route.v3.CookieMatcher'];
type HeaderValueOption = Messages['envoy.config.core.v3.HeaderValueOption'];
type Attribute = Messages['envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute'];

/** A policy for some of the clients. */
interface Variant {
  /** Which of them, out of those that the variants before it leave over. */
  readonly headers: readonly HeaderMatcher[];
  readonly cookies: readonly CookieMatcher[];
  readonly policy: RoutePolicy;
  /** Besides those of the policy. */
  readonly requestHeaders?: readonly HeaderValueOption[];
}

/**
 * Browsers that take `SameSite=None` for `Strict`, or throw such cookies away.
 * https://www.chromium.org/updates/same-site/incompatible-clients/
 */
const oldBrowsers = [
  '\\(iP.+; CPU .*OS 12[_\\d]*.*\\) AppleWebKit/',
  '\\(Macintosh;.*Mac OS X 10_14[_\\d]*.*\\) AppleWebKit/[\\d.]+ \\(KHTML, like Gecko\\)$',
  '\\(Macintosh;.*Mac OS X 10_14[_\\d]*.*\\) AppleWebKit/.*Version/.* Safari/',
  'Chrom(?:e|ium)/(?:5[1-9]|6[0-6])\\.',
  'UCBrowser/(?:[0-9]|1[01])\\.|UCBrowser/12\\.(?:[0-9]|1[0-2])\\.|UCBrowser/12\\.13\\.[01]',
];

const isOldBrowser: HeaderMatcher = {
  name: 'user-agent',
  string_match: { safe_regex: { regex: `.*(?:${oldBrowsers.join('|')}).*` } },
};

/** What Envoy calls a request by: different for each, and the same from its beginning to its end. */
const requestId = 'x-request-id';

/** Where requests are not given one, because `generate-request-id` is off. */
const identified: HeaderValueOption = { header: { key: requestId, value: '%UNIQUE_ID%' }, append_action: 'ADD_IF_ABSENT' };

/** A cookie's attributes are part of a route, so there is a route for each kind of client that gets others, or none. */
export function withoutChoices(policy: RoutePolicy): readonly Variant[] {
  const { session, ...others } = policy;
  if (session === undefined) return [{ headers: [], cookies: [], policy }];
  const kinds = kindsOf(session.cookie);
  if (session.keepsTo === 'endpoint') {
    return kinds.map(({ headers, cookie }) => ({ headers, cookies: [], policy: { ...policy, session: { ...session, cookie } } }));
  }
  const { name } = session.cookie;
  const known = { cookies: [{ name, string_match: anything }], policy: { ...others, hashBy: [{ from: 'cookie' as const, name }] } };
  return [
    { headers: [], ...known },
    ...kinds.map(({ headers, cookie }) => {
      const given = { name: 'set-cookie', value: [`${name}=`, { name: 'request-id' as const }, `; ${printAttributes(cookie)}`] };
      const responseHeaders = { ...policy.responseHeaders, add: [...(policy.responseHeaders?.add ?? []), given] };
      const hashBy = [{ from: 'header' as const, name: requestId }];
      const own = { ...others, session: { ...session, cookie }, hashBy, responseHeaders };
      return { headers, cookies: [], policy: own, requestHeaders: [identified] };
    }),
  ];
}

/** Cookies without choices, and which clients get them. */
function kindsOf(cookie: SessionCookie): readonly { readonly headers: readonly HeaderMatcher[]; readonly cookie: SessionCookie }[] {
  const { sameSite, sparesOldBrowsers, ...rest } = cookie;
  const usual: SessionCookie = sameSite === undefined ? rest : { ...rest, sameSite };
  const bySite = sameSite === 'None' && sparesOldBrowsers === true ? [{ headers: [isOldBrowser], cookie: rest }] : [];
  return [...bySite, { headers: [], cookie: usual }].flatMap(({ headers, cookie: one }) => [
    ...(one.secure === 'over https'
      ? [{ headers: [...headers, exactly(schemeHeader, 'https')], cookie: { ...one, secure: 'always' } as const }]
      : []),
    { headers, cookie: one },
  ]);
}

/** What stands behind the value of a cookie without choices. */
export function printAttributes(cookie: SessionCookie): string {
  const { path, lifetime } = cookie;
  const attributes = attributesOf(cookie).map((one) => (one.value === undefined ? one.name : `${one.name}=${one.value}`));
  return [...(lifetime === undefined ? [] : [`Max-Age=${lifetime}`]), `Path=${path}`, ...attributes, 'HttpOnly'].join('; ');
}

/** Of a cookie without choices. */
export function attributesOf({ domain, sameSite, secure }: SessionCookie): readonly Attribute[] {
  return [
    ...(domain === undefined ? [] : [{ name: 'Domain', value: domain }]),
    ...(secure === 'always' ? [{ name: 'Secure' }] : []),
    ...(sameSite === undefined ? [] : [{ name: 'SameSite', value: sameSite }]),
  ];
}
