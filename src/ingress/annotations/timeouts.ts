import { defineFamily } from './family.ts';
import { differs, field } from './field.ts';
import { seconds } from './grammar.ts';

const oneTimer = differs(
  'Envoy has one timer for both directions; the longer of proxy-read-timeout and proxy-send-timeout sets it. WebSockets and uploads end after standing still for it as often as a request may be tried.',
);

/** proxy_read_timeout and proxy_send_timeout of nginx: the time between two reads or writes, not of the whole answer. */
export const timeouts = defineFamily({
  title: 'Timeouts',
  summary: 'How long a request may stand still, and how long a connection may take. There is no limit for the whole of it.',
  fields: {
    'proxy-connect-timeout': field(seconds({ min: 1, max: 75 }), 5, {
      doc: 'Seconds until a connection to a pod must stand.',
      ...{
        risk: 'Low',
        scope: 'path',
        support: differs('A connection that does not come about is answered with 503, not 504.'),
        example: '2',
      },
    }),
    'proxy-read-timeout': field(seconds({ min: 1 }), 60, {
      doc: 'Seconds that may pass between two pieces of an answer.',
      ...{ risk: 'Low', scope: 'path', support: oneTimer, example: '3600' },
    }),
    'proxy-send-timeout': field(seconds({ min: 1 }), 60, {
      doc: 'Seconds that may pass between two pieces of a request.',
      ...{ risk: 'Low', scope: 'path', support: oneTimer, example: '3600' },
    }),
  },
  apply(values) {
    const idle = Math.max(values['proxy-read-timeout'], values['proxy-send-timeout']);
    const connectTimeout = values['proxy-connect-timeout'];
    return {
      route: idle === 60 ? {} : { timeouts: { idle } },
      upstream: connectTimeout === 5 ? {} : { connectTimeout },
    };
  },
});
