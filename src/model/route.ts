import type { HeaderEdits, HeaderValue, RoutePolicy } from './route-policy.ts';
import type { Source } from './source.ts';

/**
 * Which paths a route takes. A prefix matches whole path segments: `/foo` takes `/foo` and `/foo/bar`, not `/foobar`. A regular
 * expression is one of RE2 and has to match the whole path.
 */
export interface PathMatch {
  readonly type: 'exact' | 'prefix' | 'regex';
  /** Begins with `/`, unless it is a regular expression; a prefix has no `/` at its end unless it is `/` itself. */
  readonly path: string;
  /** Of a regular expression: capitals and small letters are the same, and a path may go on behind what it matches. */
  readonly loose?: true;
}

export interface WeightedUpstream {
  /** Key of an upstream. */
  readonly upstream: string;
  /** Share among the route's upstreams. */
  readonly weight: number;
  /** What the side cookie of the session says to clients that are sent here; absent: they get none. */
  readonly side?: string;
  /** What is changed of the requests that go there, besides what the route changes. */
  readonly requestHeaders?: HeaderEdits;
  /** What is changed of the answers that come from there. */
  readonly responseHeaders?: HeaderEdits;
}

/** What a request must be besides its path; all of it holds together. */
export interface Conditions {
  readonly request?: readonly RequestCondition[];
  /** The scheme that the client used, as far as a proxy in front is believed to know it better. */
  readonly scheme?: 'http' | 'https';
  readonly method?: string;
  /** Names in lower case. */
  readonly headers?: readonly ValueCondition[];
  readonly query?: readonly ValueCondition[];
  readonly cookies?: readonly ValueCondition[];
  /** What came of the certificate that the client was asked for. `not trusted`: over TLS without a good one, or without any; `bad`: with one that is not good. */
  readonly clientCertificate?: 'trusted' | 'not trusted' | 'bad';
}

/** What the first line of a request and its host must be, by a regular expression that has to match the whole; a host may have a port. */
export interface RequestCondition {
  readonly of: 'method' | 'host' | 'scheme' | 'path and query';
  readonly expression: string;
}

/** A header, query parameter or cookie that is there, or of which `value` holds. */
export interface ValueCondition {
  readonly name: string;
  readonly value?: { readonly type: 'exact' | 'prefix' | 'regex'; readonly text: string };
  /** The opposite is asked for. */
  readonly not?: true;
}

/** Sends clients elsewhere; what is absent stays as it was in the request. */
export interface Redirect {
  readonly type: 'redirect';
  readonly status: 301 | 302 | 303 | 307 | 308;
  readonly scheme?: 'http' | 'https';
  readonly hostname?: string;
  /** Absent: the scheme's own, if the scheme changes. */
  readonly port?: number;
  readonly path?: PathReplacement;
  /** One slash at the end of a URL without a query is left out, even if it is the whole path. */
  readonly withoutTrailingSlash?: true;
}

/** The whole path, or what takes the place of the prefix that matched. */
export interface PathReplacement {
  readonly type: 'full' | 'prefix';
  readonly path: string;
}

export type RouteAction =
  | Redirect
  /** Sends requests to upstreams by weight; the weights are positive and there is at least one. */
  | {
      readonly type: 'forward';
      readonly upstreams: readonly WeightedUpstream[];
      /** Share of the requests that nothing can take: they are answered with 500. */
      readonly failing?: number;
    }
  /** Answers by itself: what a route does that cannot be built, so that it never falls through to a wider one. */
  | { readonly type: 'answer'; readonly status: number; readonly body: string; readonly headers?: readonly HeaderValue[] };

export interface Route {
  /** Unique within its virtual host, and stable while what it stands for exists; begins with `namespace/name ` of the object that it is of. */
  readonly name: string;
  readonly match: PathMatch;
  /** Absent: none. */
  readonly conditions?: Conditions;
  readonly action: RouteAction;
  /** Absent: all as by default. */
  readonly policy?: RoutePolicy;
  readonly sources: readonly Source[];
}

/** Keys of all upstreams that a route sends something to. */
export function upstreamsOf({ action, policy }: Pick<Route, 'action' | 'policy'>): readonly string[] {
  if (action.type !== 'forward') return [];
  return [...action.upstreams, ...(policy?.mirrors ?? [])].map(({ upstream }) => upstream);
}
