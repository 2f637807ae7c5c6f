import type { RoutePolicy } from '../../model/route-policy.ts';
import type { AnyMessage } from '../../proto/codec.ts';

/**
 * An HTTP filter that acts where a route asks for it. It stands in every connection manager, so that listeners stay as they are when
 * something first asks for it, and it is never `disabled` there: Envoy chooses the filters of a request for a wildcard host before its
 * route is known (`otherHostsFilter`), and what is left out then protects nothing.
 */
export interface RouteFilter {
  /** Unique among the filters; routes configure it under this name. */
  readonly name: string;
  /** Its configuration in connection managers: does nothing, or else `idle` says how it does nothing. */
  readonly config: AnyMessage;
  /** For a filter that cannot be configured to do nothing: what every virtual host says, and routes override. */
  readonly idle?: AnyMessage;
  /** Without a route that asks for it there is nothing that it does: an exact host of such routes may leave it out. */
  readonly mayBeLeftOut?: true;
  /** What a route with this policy says; undefined: that it does nothing. `scope`: the one that the route is in. */
  readonly onRoute: (policy: RoutePolicy, scope: string) => AnyMessage | undefined;
}
