import { defaultRetry, type Retry } from '../../model/retry.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';

/** What takes time, in seconds. */
interface Waits {
  /** For a connection, at most. */
  readonly connect: number;
  /** Between two pieces of an answer, at most. */
  readonly idle: number;
}

/**
 * proxy_next_upstream_timeout of nginx, after which no further try begins; 0 for no limit. Envoy can only count tries, so that there are as
 * many as begin in that time when each takes as long as it may.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream_timeout
 */
export function retryWithin(seconds: number, { retry = defaultRetry }: RoutePolicy, { connect, idle }: Waits): Retry {
  if (seconds === 0 || retry.tries === 1) return retry;
  const { timeouts, ...others } = retry;
  const longest = timeouts === true && idle < seconds ? idle : connect;
  const tries = Math.min(retry.tries, Math.ceil(seconds / longest));
  return { ...others, tries, ...(timeouts === true && idle < seconds && tries > 1 && { timeouts }) };
}
