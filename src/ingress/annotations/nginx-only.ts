import { defineFamily } from './family.ts';
import { optional, reported } from './field.ts';
import { boolean } from './grammar.ts';

export const nginxOnly = defineFamily({
  title: 'Only nginx',
  summary: 'What belongs to the inner life of nginx.',
  fields: {
    'auth-keepalive-share-vars': optional(boolean, {
      doc: 'Shares variables between a request and its authentication.',
      ...{ risk: 'Low', scope: 'path', support: reported('Envoy has no such variables; nothing is lost.'), example: 'true' },
    }),
    'enable-rewrite-log': optional(boolean, {
      doc: 'Logs each step of a rewrite.',
      ...{ risk: 'Low', scope: 'path', support: reported('The access log shows the path before and after.'), example: 'true' },
    }),
    'http2-push-preload': optional(boolean, {
      doc: 'Pushes what an answer says should be preloaded.',
      ...{ risk: 'Low', scope: 'path', support: reported('Browsers no longer take pushed answers.'), example: 'true' },
    }),
  },
  apply: () => undefined,
});
