import type { RoutePolicy } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field } from './field.ts';
import { seconds } from './grammar.ts';

const oneTimer = differs('Envoy has one timer for both directions; the longer of proxy-read-timeout and proxy-send-timeout sets it.');

/** proxy_read_timeout and proxy_send_timeout of nginx: the time between two reads or writes, not of the whole answer. */
export const timeouts = defineFamily({
  title: 'Timeouts',
  summary: 'How long a request may stand still. There is no limit for the whole of it.',
  fields: {
    'proxy-read-timeout': field(seconds({ min: 1 }), 60, {
      doc: 'Seconds that may pass between two pieces of an answer.',
      ...{ risk: 'Low', scope: 'path', support: oneTimer, example: '3600' },
    }),
    'proxy-send-timeout': field(seconds({ min: 1 }), 60, {
      doc: 'Seconds that may pass between two pieces of a request.',
      ...{ risk: 'Low', scope: 'path', support: oneTimer, example: '3600' },
    }),
  },
  apply: (values): RoutePolicy => {
    const idle = Math.max(values['proxy-read-timeout'], values['proxy-send-timeout']);
    return idle === 60 ? {} : { timeouts: { idle } };
  },
});
