import type { AnswerRewrites, PatternCharacter, TextPattern, TextRewrite } from '../../model/answer-rewrites.ts';
import type { AskedPolicy } from './asked-policy.ts';
import { defineFamily } from './family.ts';
import { exact, field } from './field.ts';
import { boolean, type Grammar, matching, type Parsed, shown } from './grammar.ts';

type Rule = TextRewrite | 'off';

/** cookieDomainChars in ingress-nginx's internal/ingress/annotations/proxy/main.go, and URLIsValidRegex in its parser/validators.go */
const characters = { domain: /[-._~A-Za-z0-9/:]/, url: /[-._~A-Za-z0-9/:,?&=]/ } as const;

function pair(type: string, of: RegExp, rule: (from: string, to: string) => Parsed<TextRewrite>): Grammar<Rule> {
  const text = matching(type, new RegExp(`off|${of.source}+[ \\t]+${of.source}+`), { max: 2048 });
  return {
    type,
    parse(written) {
      const parsed = text.parse(written);
      if (!parsed.ok) return parsed;
      const [from = '', to] = parsed.value.split(/[ \t]+/);
      return to === undefined ? { ok: true, value: 'off' } : rule(from, to);
    },
  };
}

/** https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cookie_domain */
export const cookieDomain = pair('rewrite of a domain', characters.domain, (from, to) => {
  const withoutDot = { from: from.replace(/^\./, ''), to: to.replace(/^\./, '') };
  if (!from.startsWith('~'))
    return { ok: true, value: { from: { type: 'whole', text: withoutDot.from, anyCase: true }, to: withoutDot.to } };
  return expression(from.slice(1), true, withoutDot.to);
});

/** https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cookie_path */
export const cookiePath = pair('rewrite of a path', characters.url, (from, to) => {
  return from.startsWith('~') ? expression(from.slice(1), false, to) : { ok: true, value: { from: { type: 'prefix', text: from }, to } };
});

const beginning = matching('beginning of a URL', new RegExp(`${characters.url.source}+`), { max: 2048 });

/** What is looked for in redirects; undefined: nothing. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_redirect */
export const redirectFrom: Grammar<TextPattern | 'off'> = {
  type: 'beginning of a URL',
  parse(written) {
    const parsed = beginning.parse(written);
    if (!parsed.ok) return parsed;
    const { value } = parsed;
    // The URL that nginx knows its upstreams by is in no redirect.
    if (value === 'off' || value === 'default') return { ok: true, value: 'off' };
    if (!value.startsWith('~')) return { ok: true, value: { type: 'prefix', text: value } };
    const rule = expression(value.slice(1), false, '');
    return rule.ok ? { ok: true, value: rule.value.from } : rule;
  },
};

export const redirectTo = beginning;

/** Of an expression no other signs are allowed than letters, `.` for any character, and `?`. */
function expression(text: string, anyCase: boolean, to: string): Parsed<TextRewrite> {
  const found: PatternCharacter[] = [];
  if (/^\?|\?\?\?/.test(text)) return { ok: false, message: `"${shown(text)}" has a "?" that follows nothing` };
  for (const [, one = '', question] of text.matchAll(/(.)(\?{1,2})?/g)) {
    found.push({ ...(one === '.' ? {} : { is: one }), ...(question !== undefined && { optional: true }) });
  }
  return { ok: true, value: { from: { type: 'within', characters: found, anyCase }, to } };
}

export const answerRewrites = defineFamily({
  title: 'Rewriting of answers',
  summary: 'Replaces what backends say of themselves in cookies and redirects.',
  fields: {
    'proxy-cookie-domain': field(cookieDomain, 'off', {
      doc: 'The `Domain` of cookies that is replaced, and what by; after `~` an expression in which `.` is any character.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'pods.internal example.com' },
    }),
    'proxy-cookie-path': field(cookiePath, 'off', {
      doc: 'The beginning of the `Path` of cookies that is replaced, and what by; after `~` an expression, of which the whole path is replaced.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: '/app/ /' },
    }),
    'proxy-redirect-from': field(redirectFrom, 'off', {
      doc: 'The beginning of `Location` and of the URL in `Refresh` that is replaced; after `~` an expression, of which the whole is replaced.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'http://pods.internal/' },
    }),
    'proxy-redirect-to': field(redirectTo, 'off', {
      doc: 'What it is replaced by; to a path the host is added that the client asked for.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: '/app/' },
    }),
    'relative-redirects': field(boolean, false, {
      doc: 'Such redirects name no host, nor do those to the slash at the end of a path, which only `--compatibility nginx` has.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'true' },
    }),
  },
  apply(values): AskedPolicy & { readonly relative: boolean } {
    const [domain, path] = [values['proxy-cookie-domain'], values['proxy-cookie-path']];
    const [from, to] = [values['proxy-redirect-from'], values['proxy-redirect-to']];
    const relative = values['relative-redirects'];
    const rewrites: AnswerRewrites = {
      ...(domain !== 'off' && { cookieDomain: domain }),
      ...(path !== 'off' && { cookiePath: path }),
      ...(from !== 'off' && to !== 'off' && { location: { from, to, absolute: !relative } }),
    };
    return { relative, ...(Object.keys(rewrites).length > 0 && { route: { answerRewrites: rewrites } }) };
  },
});
