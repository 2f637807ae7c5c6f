import { defaultRetry, type Retry } from '../../model/retry.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { skipFilter } from '../skip-filter.ts';

type RetryPolicy = Messages['envoy.config.route.v3.RetryPolicy'];
type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];

/** Seconds without a byte after which a request is given up, unless a route says otherwise. */
export const defaultIdle = 60;

/** What no endpoint can have seen, whatever the method. */
const unseen = ['connect-failure', 'refused-stream', 'reset-before-request'];

/** What an endpoint may have seen: a connection that breaks, a silence, a status. */
const seen = ['reset', 'retriable-status-codes'];

const elsewhere = {
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: any('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate', {}),
    },
  ],
  // A balancer that goes by a hash, or by chance, may come to the same endpoint several times; of three it is once in a billion then.
  host_selection_retry_max_attempts: 20,
} as const;

/** `idle`: seconds that may pass between two pieces of an answer. */
export function renderRetry({ tries, timeouts, statuses = [], nonIdempotent, backoff, sameEndpoint }: Retry, idle: number): RetryPolicy {
  return {
    retry_on: (nonIdempotent === true ? [...unseen, ...seen] : unseen).join(','),
    num_retries: tries - 1,
    ...(timeouts === true ? { per_try_idle_timeout: `${idle}s` } : {}),
    ...(statuses.length === 0 ? {} : { retriable_status_codes: statuses }),
    ...(backoff === undefined ? {} : { retry_back_off: { base_interval: `${backoff}s`, max_interval: `${backoff * 10}s` } }),
    ...(sameEndpoint === true ? {} : elsewhere),
  };
}

/** For every virtual host; routes that differ have their own. */
export const usualRetry: RetryPolicy = renderRetry(defaultRetry, defaultIdle);

/** How long a request may stand still, in seconds: its tries, one after the other. */
export function idleOf({ tries, timeouts }: Retry, idle: number): number {
  return timeouts === true ? idle * tries : idle;
}

/**
 * An HTTP filter that allows what an endpoint may have seen to be repeated, but not with the methods that nginx leaves out:
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream. A retry policy has no word for that, and this header adds to
 * its `retry_on`. Takes the place of what a client sends.
 */
export const repeatableRequests: HttpFilter = {
  name: 'repeatable-requests',
  typed_config: any('envoy.extensions.common.matching.v3.ExtensionWithMatcher', {
    extension_config: {
      name: 'envoy.filters.http.header_mutation',
      typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
        mutations: {
          request_mutations: [
            {
              append: { header: { key: 'x-envoy-retry-on', value: seen.join(',') }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
            },
          ],
        },
      }),
    },
    xds_matcher: {
      matcher_tree: {
        input: {
          name: 'method',
          typed_config: any('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: ':method' }),
        },
        exact_match_map: { map: Object.fromEntries(['POST', 'LOCK', 'PATCH'].map((method) => [method, { action: skipFilter }])) },
      },
    },
  }),
};
