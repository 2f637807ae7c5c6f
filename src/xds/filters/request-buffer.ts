import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { both, either, filterFor, hasHeader, not } from './composite.ts';
import type { RouteFilter } from './filter.ts';

type Matcher = Messages['xds.type.matcher.v3.Matcher'];
type Predicate = Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate'];

/** Bytes; a body that may be longer goes by as it comes, because it would be held in memory. One digit more than `short` says. */
const longest = 10_000_000;
const short = /[0-9]{1,7}/.source;

/**
 * Holds a request back until its body is there. Not what goes on for as long as both sides like: WebSockets and gRPC, as in nginx.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/buffer_filter
 */
export const requestBuffer: RouteFilter = {
  name: 'request-buffer',
  config: any('envoy.extensions.filters.http.composite.v3.Composite', {}),
  mayBeLeftOut: true,
  onRoute: ({ holdsBodies, bodySize }) => {
    if (holdsBodies !== true) return undefined;
    const isShort = hasHeader('content-length', short);
    const endsSoon = bodySize === 0 || (bodySize ?? 0) > longest ? isShort : either(isShort, not(hasHeader('content-length')));
    const matcher = holding(both(endsSoon, not(either(hasHeader('upgrade'), hasHeader('content-type', 'application/grpc.*')))));
    return any('envoy.extensions.filters.http.composite.v3.CompositePerRoute', { matcher });
  },
};

function holding(predicate: Predicate): Matcher {
  return filterFor(predicate, 'hold', any('envoy.extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: longest }));
}
