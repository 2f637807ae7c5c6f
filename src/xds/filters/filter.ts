import type { RoutePolicy } from '../../model/route-policy.ts';
import type { AnyMessage } from '../../proto/codec.ts';

/**
 * An HTTP filter that acts where a route asks for it. It stands in every connection manager, so that listeners stay as they are when
 * something first asks for it, and it is never `disabled` there: Envoy chooses the filters of a request for a wildcard host before its
 * route is known (`otherHostsFilter`), and what is left out then protects nothing.
 */
export type RouteFilter = Named & (Idle | Unidle);

interface Named {
  /** Unique among the filters; routes configure it under this name. */
  readonly name: string;
  /** Its configuration in connection managers. */
  readonly config: AnyMessage;
  /** What a route with this policy says; undefined: that it does nothing. `scope`: the key of the one that the route is in. */
  readonly onRoute: (policy: RoutePolicy, scope: string) => AnyMessage | undefined;
}

/** The configuration does nothing, or what is to be done where no route says anything else. */
interface Idle {
  readonly idle?: undefined;
  /** Without a route that asks for it there is nothing that it does: an exact host of such routes may leave it out. */
  readonly mayBeLeftOut?: true;
}

/**
 * A filter that cannot be configured to do nothing. It is never left out: where the route of a request came late it would be there all the
 * same, and act by its configuration.
 */
interface Unidle {
  /** How it does nothing: what every virtual host says, and routes override. */
  readonly idle: AnyMessage;
  readonly mayBeLeftOut?: undefined;
}
