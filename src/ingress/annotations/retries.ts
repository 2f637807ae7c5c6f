import { defaultRetry, type Retry } from '../../model/retry.ts';
import type { AskedPolicy } from './asked-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field } from './field.ts';
import { seconds, someOf, wholeNumber } from './grammar.ts';

const statuses: Readonly<Record<string, number>> = {
  ...{ http_403: 403, http_404: 404, http_429: 429 },
  ...{ http_500: 500, http_502: 502, http_503: 503, http_504: 504 },
};

const conditions = ['error', 'timeout', 'invalid_header', 'non_idempotent', 'off', ...Object.keys(statuses)];

/** As many tries as an Envoy makes where no number is said. */
const most = 10;

/** proxy_next_upstream of nginx and its like: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream */
export const retries = defineFamily({
  title: 'Retries',
  summary:
    'When a request that failed is sent to another pod. POST, LOCK and PATCH are not, once a pod may have seen them, unless this is asked for.',
  fields: {
    'proxy-next-upstream': field(someOf('conditions', conditions), 'error timeout', {
      doc: 'When another pod is tried: `error`, `timeout`, `invalid_header`, `non_idempotent`, `http_` with 403, 404, 429, 500, 502, 503 or 504; `off` for never.',
      ...{ risk: 'Medium', scope: 'path', example: 'error timeout http_502' },
      support: differs('Connections that fail or break off, and answers that are no HTTP, count whatever else is named.'),
    }),
    'proxy-next-upstream-tries': field(wholeNumber(), 3, {
      doc: 'How often a request is sent in all; 0 for no limit.',
      ...{ risk: 'Low', scope: 'path', example: '2', support: differs(`It is sent ${most} times at most.`) },
    }),
    'proxy-next-upstream-timeout': field(seconds(), 0, {
      doc: 'How long other pods are tried; 0 for no limit.',
      ...{ risk: 'Low', scope: 'path', example: '10' },
      support: differs(
        'It is made a number of tries: as many as begin in this time when each waits as long as it may, by proxy-connect-timeout or, where that is shorter than this time, by proxy-read-timeout. Where it is not, no other pod is tried for one that says nothing.',
      ),
    }),
  },
  apply(values): AskedPolicy & { readonly within: number } {
    const asked = retryFor(values['proxy-next-upstream'].split(/\s+/), values['proxy-next-upstream-tries']);
    const isDefault = JSON.stringify(asked) === JSON.stringify(defaultRetry);
    return { route: isDefault ? {} : { retry: asked }, within: values['proxy-next-upstream-timeout'] };
  },
});

function retryFor(named: readonly string[], wanted: number): Retry {
  if (named.includes('off')) return { tries: 1 };
  const tries = wanted === 0 ? most : Math.min(wanted, most);
  const codes = named.flatMap((name) => statuses[name] ?? []);
  return {
    tries,
    ...(named.includes('timeout') && tries > 1 ? { timeouts: true } : {}),
    ...(codes.length === 0 ? {} : { statuses: [...new Set(codes)].sort((a, b) => a - b) }),
    ...(named.includes('non_idempotent') ? { nonIdempotent: true } : {}),
  };
}
