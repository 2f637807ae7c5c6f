import type { Route } from '../../model/route.ts';
import type { Template } from '../../model/template.ts';
import type { Key } from '../../store/table.ts';
import type { RouteDraft } from '../paths/route-draft.ts';
import { matchKey, policyOf } from '../paths/route-draft.ts';
import { sourceOf } from '../source-of.ts';

/**
 * What nginx does for a location with a slash at its end: who asks for it without the slash is sent to it, unless something else is at
 * that very path. https://nginx.org/en/docs/http/ngx_http_core_module.html#location
 */
export function slashRedirects(drafts: ReadonlyMap<Key, RouteDraft>): readonly Route[] {
  return [...drafts.values()].flatMap((draft) => {
    const { path = '/' } = draft.written;
    const bare = draft.match.path.replace(/\/$/, '');
    if (!path.endsWith('/') || bare === '' || draft.row.denied) return [];
    const isThere = (type: 'exact' | 'prefix'): boolean => drafts.has(matchKey({ type, path: bare }));
    if (isThere('exact') || (draft.match.type === 'exact' && isThere('prefix'))) return [];
    return draft.row.policies.answerRewrites?.relative === true ? relativeRedirects(bare, draft) : [redirectTo(`${bare}/`, bare, draft)];
  });
}

function redirectTo(path: string, bare: string, { row, field }: RouteDraft): Route {
  const { namespace, name } = row.metadata;
  return {
    name: `${namespace}/${name} exact ${bare} to its slash`,
    match: { type: 'exact', path: bare },
    action: { type: 'redirect', status: 301, path: { type: 'full', path } },
    ...policyOf(row),
    sources: [sourceOf({ kind: 'Ingress', ...row }, field)],
  };
}

/** `absolute_redirect off` of nginx: without scheme and host. */
function relativeRedirects(bare: string, draft: RouteDraft): readonly Route[] {
  const whole = redirectTo(`${bare}/`, bare, draft);
  const to = (name: string, value: Template): Route => ({
    ...{ ...whole, name: `${whole.name} ${name}` },
    action: { type: 'answer', status: 301, body: '', headers: [{ name: 'location', value }] },
  });
  const plain = { headers: [{ name: ':path', value: { type: 'regex', text: '[^?]*' } }] } as const;
  return [{ ...to('without query', [`${bare}/`]), conditions: plain }, to('with query', [`${bare}/?`, { name: 'query' }])];
}
