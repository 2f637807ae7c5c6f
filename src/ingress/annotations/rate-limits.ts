import type { Concurrency } from '../../model/concurrency.ts';
import type { RateLimit, RoutePolicy } from '../../model/route-policy.ts';
import type { Source } from '../../model/source.ts';
import { cidr } from './cidr.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional, reported } from './field.ts';
import { listOf, wholeNumber } from './grammar.ts';

const byPath = differs('Counted for each path of the Ingress by itself, and at each Envoy.');

/** limit_req of nginx, with `burst` and `nodelay`, as ingress-nginx's internal/ingress/annotations/ratelimit sets it. */
export const rateLimits = defineFamily({
  title: 'Rate limits',
  summary: 'How many requests a client address may make, and how fast it is answered. Requests beyond it are answered 503.',
  fields: {
    'limit-rps': field(wholeNumber({ max: 1_000_000 }), 0, {
      doc: 'Requests in a second; 0 for no limit.',
      ...{ risk: 'Low', scope: 'path', support: byPath, example: '10', whenWrong: 'deny' },
    }),
    'limit-rpm': field(wholeNumber({ max: 1_000_000 }), 0, {
      doc: 'Requests in a minute; 0 for no limit.',
      ...{ risk: 'Low', scope: 'path', support: byPath, example: '300', whenWrong: 'deny' },
    }),
    'limit-burst-multiplier': field(wholeNumber({ max: 1000 }), 5, {
      doc: 'How many times the limit may come at once beyond it.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: '3', whenWrong: 'deny' },
    }),
    'limit-allowlist': field(listOf(cidr), [], {
      doc: 'Networks whose requests are not counted.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: '10.0.0.0/8', aliases: ['limit-whitelist'], whenWrong: 'deny' },
    }),
    'limit-rate': field(wholeNumber({ max: 1_000_000 }), 0, {
      doc: 'KiB in a second at which each answer is sent; 0 for no limit.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: '512' },
    }),
    'limit-rate-after': optional(wholeNumber(), {
      doc: 'KiB of an answer before `limit-rate` begins.',
      ...{ risk: 'Low', scope: 'path', support: reported('Envoy limits an answer from its first byte.'), example: '1024' },
    }),
    'limit-connections': field(wholeNumber({ max: 1_000_000 }), 0, {
      doc: 'Requests of a client that may be under way at a time, on all paths of the Ingress together; 0 for no limit. `naru authz` beside each Envoy counts them; while it cannot, the paths answer 503.',
      ...{ risk: 'Low', scope: 'path', example: '10', whenWrong: 'deny' },
      support: differs('Counted at each Envoy. A place may still be taken for a moment after an answer has come to its end.'),
    }),
  },
  apply(values, of, said): { readonly route: RoutePolicy } {
    const multiplier = values['limit-burst-multiplier'];
    const limit = (requests: number, seconds: number): readonly RateLimit[] =>
      requests === 0 ? [] : [{ requests, seconds, burst: requests * multiplier }];
    const limits = [...limit(values['limit-rps'], 1), ...limit(values['limit-rpm'], 60)];
    const exempt = values['limit-allowlist'];
    const status = Number(said['limit-req-status-code'] ?? 503);
    const rate = values['limit-rate'];
    return {
      route: {
        ...(limits.length > 0 && {
          rateLimits: { limits, ...(exempt.length > 0 && { exempt }), ...(status !== 503 && { status }) },
        }),
        ...(values['limit-connections'] > 0 && { concurrency: concurrencyOf(values['limit-connections'], exempt, of, said) }),
        ...(rate > 0 && { answerRate: rate }),
      },
    };
  },
});

/** As `limit_conn_zone` in rootfs/etc/nginx/template/nginx.tmpl of ingress-nginx: a counter for each Ingress. */
function concurrencyOf(
  most: number,
  exempt: readonly string[],
  { namespace, name }: Source,
  said: Readonly<Record<string, unknown>>,
): Concurrency {
  const status = Number(said['limit-conn-status-code'] ?? 503);
  return { counter: `${namespace}/${name}`, most, ...(exempt.length > 0 && { exempt }), ...(status !== 503 && { status }) };
}
