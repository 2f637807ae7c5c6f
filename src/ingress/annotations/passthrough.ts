import { defineFamily } from './family.ts';
import { exact, field } from './field.ts';
import { boolean } from './grammar.ts';

export const passthrough = defineFamily({
  title: 'TLS passed through',
  summary: 'TLS connections go to the backend as they are, by the server name that the client asks for; needs `--enable-ssl-passthrough`.',
  fields: {
    'ssl-passthrough': field(boolean, false, {
      doc: 'Passes TLS for the host through to the backend of its path `/`; nothing else of the Ingress has a say in it.',
      ...{ risk: 'Low', scope: 'host', support: exact, example: 'true' },
    }),
  },
  apply: (values): boolean => values['ssl-passthrough'],
});
