/** How many requests of a client address may be under way at a time, at each proxy. */
export interface Concurrency {
  /** Requests of routes that name the same are counted together. */
  readonly counter: string;
  readonly most: number;
  /** Networks whose requests do not count. */
  readonly exempt?: readonly string[];
  /** What the others are answered; absent: 503. */
  readonly status?: number;
}

/** Under which name a route says its `Concurrency`, as JSON, to the helper. */
export const concurrencyMetadata = 'naru-concurrency';
