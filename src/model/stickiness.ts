/** Something about a request that decides on its endpoint. */
export type HashKey =
  | { readonly from: 'client-address' | 'authority' | 'method' | 'path' | 'query' | 'path-and-query' }
  /** Names of headers in lower case. */
  | { readonly from: 'header' | 'query-parameter' | 'cookie'; readonly name: string };

/** A cookie by which a client comes back to the endpoint that it was sent to. Clients without it are given one. */
export interface Session {
  /**
   * `endpoint`: the cookie names it, and another takes its place only when it is gone. `hash`: the cookie is any text, which stands for an
   * endpoint; the upstream's balancing must be `hash`, and some clients move when endpoints come.
   */
  readonly keepsTo: 'endpoint' | 'hash';
  readonly cookie: SessionCookie;
  /** Name of a second cookie, with the same attributes, by which upstreams with a `side` are known again. */
  readonly sideCookie?: string;
}

export interface SessionCookie {
  readonly name: string;
  readonly path: string;
  /** Seconds; absent: until the browser is closed. */
  readonly lifetime?: number;
  readonly domain?: string;
  readonly sameSite?: 'None' | 'Lax' | 'Strict';
  /** `SameSite=None` is left out for browsers that take it for `Strict`. */
  readonly sparesOldBrowsers?: true;
  /** When it is given with `Secure`. */
  readonly secure: 'always' | 'over https';
}
