import type { PatternCharacter, TextRewrite } from '../../model/answer-rewrites.ts';
import { any } from '../../proto/codec.ts';
import type { RouteFilter } from './filter.ts';
import { answerRewritesScript } from './answer-rewrites-script.ts';

/** Under this name routes ask for it. */
const script = 'rewrite answers';

/**
 * Rewrites cookies and redirects of backends. The script is the same for all: what users wrote is data for it, and never code.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/lua_filter
 */
export const answerRewrites: RouteFilter = {
  name: 'answer-rewrites',
  mayBeLeftOut: true,
  config: any('envoy.extensions.filters.http.lua.v3.Lua', { source_codes: { [script]: { inline_string: answerRewritesScript } } }),
  onRoute({ answerRewrites: rewrites, session }) {
    if (rewrites === undefined) return undefined;
    const { cookieDomain, cookiePath, location } = rewrites;
    const filter_context = {
      ...(cookieDomain && { domain: ruleOf(cookieDomain) }),
      ...(cookiePath && { path: ruleOf(cookiePath) }),
      ...(location && { location: { ...ruleOf(location), absolute: location.absolute } }),
      // Cookies that Envoy itself gives are none of the backend's.
      ...(session && { own: [session.cookie.name, ...(session.sideCookie === undefined ? [] : [session.sideCookie])] }),
    };
    return any('envoy.extensions.filters.http.lua.v3.LuaPerRoute', { name: script, filter_context });
  },
};

function ruleOf({ from, to }: TextRewrite): Readonly<Record<string, unknown>> {
  if (from.type === 'prefix') return { kind: 'prefix', from: from.text, to };
  if (from.type === 'whole') return { kind: 'whole', from: from.text.toLowerCase(), to };
  const pattern = from.characters.map((one) => luaCharacter(one, from.anyCase)).join('');
  return { kind: from.anyCase ? 'within, any case' : 'within', from: pattern, to };
}

/** Of a pattern of Lua, in which `%` takes its meaning from whatever is no letter or digit. https://www.lua.org/manual/5.1/manual.html#5.4.1 */
function luaCharacter({ is, optional }: PatternCharacter, anyCase: boolean): string {
  const character = is === undefined ? '.' : /[A-Za-z0-9]/.test(is) ? (anyCase ? is.toLowerCase() : is) : `%${is}`;
  return optional === true ? `${character}?` : character;
}
