import type { PathMatch, Redirect } from '../../model/route.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { escapeText } from '../template.ts';
import { replacePath } from './rewrite.ts';

type EnvoyRoute = Messages['envoy.config.route.v3.Route'];
type HeaderMatcher = Messages['envoy.config.route.v3.HeaderMatcher'];
type RedirectAction = Messages['envoy.config.route.v3.RedirectAction'];

/** A part of a redirect: whom it is for, besides whom the whole is for, and what they get. */
interface Part {
  readonly headers: readonly HeaderMatcher[];
  readonly action: Pick<EnvoyRoute, 'redirect' | 'direct_response' | 'response_headers_to_add'>;
}

type RedirectPart = Part & { readonly action: { readonly redirect: RedirectAction } };

const codes = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
} as const;

/** The default of each scheme, which a URL does not name. */
const ownPorts = { http: 80, https: 443 } as const;

/** The Envoy routes of one redirect, in the order in which they are tried; the last is for whoever comes so far. */
export function redirectParts(redirect: Redirect, match: PathMatch): readonly Part[] {
  const whole = [...portInHost(redirect, match), { headers: [], action: { redirect: actionOf(redirect, match) } }];
  return redirect.withoutTrailingSlash === true ? [emptyPath(redirect), ...whole.map(withoutSlash), ...whole] : whole;
}

/** Envoy's redirects have at least `/` as their path, so that a URL without one is an answer with the header written out. */
function emptyPath({ status, scheme, hostname, port }: Redirect): Part {
  const host = hostname === undefined ? '%REQ(:AUTHORITY)%' : escapeText(hostname);
  const named = port === undefined || (scheme !== undefined && port === ownPorts[scheme]) ? '' : `:${port}`;
  const value = `${scheme ?? '%REQ(:scheme)%'}://${host}${named}`;
  const withoutPort = { name: ':authority', string_match: { safe_regex: { regex: '[^:]*' } } };
  return {
    headers: [{ name: ':path', string_match: { exact: '/' } }, ...(hostname === undefined ? [withoutPort] : [])],
    action: {
      direct_response: { status },
      response_headers_to_add: [{ header: { key: 'location', value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
    },
  };
}

function withoutSlash({ headers, action }: RedirectPart): Part {
  const slash = { name: ':path', string_match: { safe_regex: { regex: '/[^?]+/' } } };
  const regex_rewrite = { pattern: { regex: '^(.*)/$' }, substitution: '\\1' };
  return { headers: [slash, ...headers], action: { redirect: { ...action.redirect, regex_rewrite } } };
}

/** The port that a client wrote into Host belongs to the scheme that it is sent away from. */
function portInHost(redirect: Redirect, match: PathMatch): readonly RedirectPart[] {
  const { scheme, hostname, port } = redirect;
  if (scheme === undefined || hostname !== undefined || port !== undefined) return [];
  const headers = [{ name: ':authority', string_match: { safe_regex: { regex: '.*:[0-9]+' } } }];
  return [{ headers, action: { redirect: actionOf({ ...redirect, port: ownPorts[scheme] }, match) } }];
}

function actionOf({ status, scheme, hostname, port, path }: Redirect, match: PathMatch): RedirectAction {
  const named = port === undefined || (hostname !== undefined && scheme !== undefined && port === ownPorts[scheme]) ? undefined : port;
  return {
    response_code: codes[status],
    ...(scheme === undefined ? {} : { scheme_redirect: scheme }),
    ...(hostname === undefined ? {} : { host_redirect: hostname }),
    ...(named === undefined ? {} : { port_redirect: named }),
    ...(path === undefined ? {} : path.type === 'full' ? { path_redirect: path.path } : replacePath(match, path)),
  };
}
