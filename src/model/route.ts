import type { RoutePolicy } from './route-policy.ts';
import type { Source } from './source.ts';

/** Which paths a route takes. A prefix matches whole path segments: `/foo` takes `/foo` and `/foo/bar`, not `/foobar`. */
export interface PathMatch {
  readonly type: 'exact' | 'prefix';
  /** Begins with `/`; a prefix has no `/` at its end unless it is `/` itself. */
  readonly path: string;
}

export interface WeightedUpstream {
  /** Key of an upstream. */
  readonly upstream: string;
  /** Share among the route's upstreams. */
  readonly weight: number;
}

export type RouteAction =
  /** Sends requests to upstreams by weight; the weights are positive and there is at least one. */
  | { readonly type: 'forward'; readonly upstreams: readonly WeightedUpstream[] }
  /** Answers by itself: what a route does that cannot be built, so that it never falls through to a wider one. */
  | { readonly type: 'answer'; readonly status: number; readonly body: string };

export interface Route {
  /** Unique within its virtual host, and stable while what it stands for exists. */
  readonly name: string;
  readonly match: PathMatch;
  readonly action: RouteAction;
  /** Absent: all as by default. */
  readonly policy?: RoutePolicy;
  readonly sources: readonly Source[];
}
