import type { RoutePolicy } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { exact, field } from './field.ts';
import { oneOf } from './grammar.ts';

/** The satisfy directive of nginx. https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy */
export const satisfy = defineFamily({
  title: 'One protection or all',
  summary: 'Where paths have several protections: whether a request must pass all of them.',
  fields: {
    satisfy: field(oneOf('all', 'any'), 'all', {
      doc: 'With `any` it is enough to be on the allow-list, or to know a password, or to be let in by the authentication service.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'any' },
    }),
  },
  apply: (values): { readonly route: RoutePolicy } => ({ route: values.satisfy === 'any' ? { anyOf: true } : {} }),
});
