import { defineFamily } from './family.ts';
import { exact, optional, reported } from './field.ts';
import { boolean } from './grammar.ts';

export const nginxOnly = defineFamily({
  title: 'Only nginx',
  summary: 'What belongs to the inner life of nginx.',
  fields: {
    'enable-rewrite-log': optional(boolean, {
      doc: 'Logs each step of a rewrite.',
      ...{ risk: 'Low', scope: 'path', support: reported('The access log shows the path before and after.'), example: 'true' },
    }),
    'http2-push-preload': optional(boolean, {
      doc: 'Nothing, as in nginx since 1.25.1, which pushes no more: the header `Link` of an answer goes to the client.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'true', inert: true },
    }),
  },
  apply: () => undefined,
});
