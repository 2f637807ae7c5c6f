import type { PathTemplate } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field, optional } from './field.ts';
import { boolean, type Grammar, matching, type Parsed, shown } from './grammar.ts';

export interface RewritePolicy {
  /** The paths are regular expressions, whether there is a target or not. */
  readonly useRegex: boolean;
  readonly target?: RewriteTarget;
  /** `X-Forwarded-Prefix` of rewritten requests. */
  readonly forwardedPrefix?: string;
}

export interface RewriteTarget {
  /** As it was written: a path that equals it is not rewritten. */
  readonly text: string;
  readonly parts: PathTemplate;
}

/** RegexPathWithCapture in ingress-nginx's internal/ingress/annotations/parser/validators.go */
const pathCharacters = matching('path', /[-._~A-Za-z0-9/:$]*/, { max: 1024 });

/** A `$` is that of a group of the path, `$1` to `$9`; variables of nginx have no meaning here. */
const target: Grammar<RewriteTarget> = {
  type: 'path with groups',
  parse(text) {
    const path = pathCharacters.parse(text);
    if (!path.ok) return path;
    if (text.includes('://')) return wrong(`"${shown(text)}" is a URL, and no path; temporal-redirect and permanent-redirect take URLs`);
    const [variable] = /\$(?![0-9]).*/.exec(text) ?? [];
    if (variable !== undefined) return wrong(`"${shown(variable)}" is no group of the path; those are $1 to $9`);
    if (/(?:^|\/)\.\.?(?:\/|$)/.test(text)) return wrong(`"${shown(text)}" has a segment "." or ".."`);
    const absolute = /^[/$]/.test(text) ? text : `/${text}`;
    return { ok: true, value: { text, parts: partsOf(absolute) } };
  },
};

function wrong(message: string): Parsed<never> {
  return { ok: false, message };
}

function partsOf(text: string): PathTemplate {
  return text
    .split(/(\$\d)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('$') ? Number(part.slice(1)) : part));
}

const re2 =
  'Expressions are RE2 and not PCRE: a path with a look-around, a back-reference or the like is not served, and the object is told which and where. They match the path as clients escape it, not decoded.';

/** As enforceRegexModifier and buildProxyPass in ingress-nginx's internal/ingress/controller/template/template.go */
export const rewrite = defineFamily({
  title: 'Regular expressions and rewriting',
  summary:
    'Where one Ingress of a host asks for regular expressions or rewrites, all paths of that host are regular expressions, whatever Ingress and pathType they are of: without regard to case, for whatever begins so, the longest first.',
  fields: {
    'use-regex': field(boolean, false, {
      doc: 'Makes regular expressions of all paths of the host.',
      ...{ risk: 'Low', scope: 'host', support: differs(re2), example: 'true' },
    }),
    'rewrite-target': optional(target, {
      doc: 'The path that backends see; $1 to $9 are what groups of the Ingress path have matched, and the query stays.',
      ...{
        ...{ risk: 'Medium', scope: 'path', example: '/$2' },
        support: differs(`${re2} A request that would lead to a segment "." or ".." is answered with 403.`),
      },
    }),
    'x-forwarded-prefix': optional(matching('path', /[-._~A-Za-z0-9/:]*/, { max: 1024 }), {
      doc: 'Tells backends the path that was taken away, as X-Forwarded-Prefix; only where rewrite-target acts.',
      ...{
        needs: 'rewrite-target',
        risk: 'Medium',
        scope: 'path',
        support: differs('It is a fixed path, without groups.'),
        example: '/shop',
      },
    }),
  },
  apply(values): RewritePolicy {
    const [wanted, forwardedPrefix] = [values['rewrite-target'], values['x-forwarded-prefix']];
    return {
      useRegex: values['use-regex'],
      ...(wanted === undefined ? {} : { target: wanted }),
      ...(forwardedPrefix === undefined ? {} : { forwardedPrefix }),
    };
  },
});
