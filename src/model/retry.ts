/** When a request that failed is sent again, to another endpoint if there is one. */
export interface Retry {
  /** How often a request is sent in all; 1: never again. */
  readonly tries: number;
  /** Also when nothing comes for as long as may be between two pieces of an answer. Without it only failed connections count. */
  readonly timeouts?: true;
  /** Also when the answer has one of these. */
  readonly statuses?: readonly number[];
  /** Also requests that may do something twice: POST, LOCK and PATCH. Without it these are repeated only if the endpoint cannot have seen them. */
  readonly nonIdempotent?: true;
  /** Seconds before the first repetition, twice as many before the next; absent: at once. */
  readonly backoff?: number;
  /** To the same endpoint again. */
  readonly sameEndpoint?: true;
}

/** As proxy_next_upstream, proxy_next_upstream_tries of ingress-nginx are by default. */
export const defaultRetry: Retry = { tries: 3, timeouts: true };
