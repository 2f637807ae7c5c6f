import type { RoutePolicy } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field } from './field.ts';
import { boolean } from './grammar.ts';

export const accessLog = defineFamily({
  title: 'Access log',
  summary: 'Whether requests are written to the access log, where the ConfigMap does not switch it off for all.',
  fields: {
    'enable-access-log': field(boolean, true, {
      doc: 'Whether requests for the paths of this Ingress are written.',
      ...{ risk: 'Low', scope: 'path', support: differs('A redirect of plain http to https is written.'), example: 'false' },
    }),
  },
  apply: (values): { readonly route: RoutePolicy } => ({ route: values['enable-access-log'] ? {} : { unlogged: true } }),
});
