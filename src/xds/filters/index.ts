import type { RoutePolicy } from '../../model/route-policy.ts';
import { any, type AnyMessage } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { answerRewrites } from './answer-rewrites.ts';
import { authentication } from './authentication.ts';
import { bodySize } from './body-size.ts';
import { clientAddresses } from './client-addresses.ts';
import { clientSubject } from './client-subject.ts';
import { concurrency } from './concurrency.ts';
import { bandwidth } from './bandwidth.ts';
import { errorPages } from './error-pages.ts';
import type { RouteFilter } from './filter.ts';
import { rateLimit } from './rate-limit.ts';
import { requestBuffer } from './request-buffer.ts';
import { session } from './session.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];
type PerFilter = Readonly<Record<string, AnyMessage>>;

/**
 * In the order in which a request passes them, which is that of nginx's phases: sizes, limits, then client addresses, then authentication.
 * https://nginx.org/en/docs/dev/development_guide.html#http_phases
 */
const routeFilters: readonly RouteFilter[] = [
  ...[errorPages, clientSubject, bodySize, concurrency, rateLimit, clientAddresses, authentication],
  // The last, so that it sees what comes from backends before what the others add to it.
  ...[requestBuffer, bandwidth, session, answerRewrites],
];

/** As they stand in every connection manager, before the router. */
export const chainFilters: readonly HttpFilter[] = routeFilters.map(({ name, config }) => ({ name, typed_config: config }));

const leftOut = any('envoy.config.route.v3.FilterConfig', { disabled: true });

/**
 * What a virtual host says of filters, so that nothing is done where a route does not ask for it. `used`: those that any of its routes asks
 * for; the others are left out of its requests, which saves what they cost without doing anything. Absent: Envoy may choose the filters of a
 * request before it knows which route of the host that is for, and none may be left out.
 */
export function hostFilters(used?: ReadonlySet<string>): PerFilter {
  return Object.fromEntries(
    routeFilters.flatMap(({ name, idle, mayBeLeftOut }) => {
      const config = mayBeLeftOut === true && used?.has(name) === false ? leftOut : idle;
      return config === undefined ? [] : [[name, config] as const];
    }),
  );
}

/** What a route with this policy asks of filters. */
export function filtersOf(policy: RoutePolicy, scope: string): PerFilter {
  return Object.fromEntries(
    routeFilters.flatMap(({ name, onRoute }) => {
      const config = onRoute(policy, scope);
      return config === undefined ? [] : [[name, config] as const];
    }),
  );
}
