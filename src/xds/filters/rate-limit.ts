import type { RateLimit, RateLimits } from '../../model/route-policy.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { cidrRange } from '../cidr-range.ts';
import { refusalStatus } from '../../proto/http-status.ts';
import type { RouteFilter } from './filter.ts';

type Descriptor = Messages['envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor'];
type Action = Messages['envoy.config.route.v3.RateLimit.Action'];

/** Clients that are counted at a time for a route; who has not been there for longest is forgotten. */
const mostClients = 65_536;

/** Has to be there, and is not to limit anything: one that is never empty. */
const unlimited = { max_tokens: 4_294_967_295, tokens_per_fill: 4_294_967_295, fill_interval: '1s' } as const;

const always = { default_value: { numerator: 100 } } as const;

/**
 * Counts requests by client address: a bucket holds a client's burst and one more, and fills as fast as the limit says, as limit_req of
 * nginx counts with `burst` and `nodelay`. https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/local_rate_limit_filter
 */
export const rateLimit: RouteFilter = {
  name: 'rate-limit',
  mayBeLeftOut: true,
  config: any('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', { stat_prefix: 'rate_limit' }),
  onRoute: ({ rateLimits }) =>
    rateLimits &&
    any('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', {
      ...{ stat_prefix: 'rate_limit', token_bucket: unlimited, filter_enabled: always, filter_enforced: always },
      status: { code: refusalStatus(rateLimits.status) },
      max_dynamic_descriptors: mostClients,
      rate_limits: rateLimits.limits.map((limit) => ({ actions: actions(limit, rateLimits) })),
      descriptors: rateLimits.limits.map((limit) => descriptor(limit, rateLimits)),
    }),
};

const counted = { key: 'counted', value: 'yes' } as const;

/** Of a client that is exempt the last says nothing, and nothing is counted then. */
function actions({ seconds }: RateLimit, { exempt = [] }: RateLimits): readonly Action[] {
  const address_matcher = { ranges: exempt.map(cidrRange), invert_match: true };
  return [
    { generic_key: { descriptor_key: 'in', descriptor_value: String(seconds) } },
    { remote_address: {} },
    ...(exempt.length === 0
      ? []
      : [{ remote_address_match: { descriptor_key: counted.key, descriptor_value: counted.value, address_matcher } }]),
  ];
}

function descriptor({ requests, seconds, burst }: RateLimit, { exempt = [] }: RateLimits): Descriptor {
  const client = [{ key: 'in', value: String(seconds) }, { key: 'remote_address' }];
  return {
    entries: exempt.length === 0 ? client : [...client, counted],
    token_bucket: { max_tokens: burst + 1, tokens_per_fill: requests, fill_interval: `${seconds}s` },
  };
}
