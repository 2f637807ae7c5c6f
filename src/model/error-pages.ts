import type { HeaderValue } from './route-policy.ts';

/**
 * Requests that end with one of these statuses are asked for once more, as a GET for `/` of the same host with the same query, and what
 * answers that is the answer, with the status of the error.
 */
export interface ErrorPages {
  /** In ascending order. */
  readonly statuses: readonly number[];
  /** Only where the proxy itself has made the answer. */
  readonly onlyOwn?: true;
  /** What `errorPageHeader` says when it is asked: a route of the virtual host has this as its condition. */
  readonly page: string;
  /** Further headers when it is asked. */
  readonly headers: readonly HeaderValue[];
}

/** A header of requests for error pages. */
export const errorPageHeader = 'x-naru-error-page';
