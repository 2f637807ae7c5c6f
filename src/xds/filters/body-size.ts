import { usualBodySize } from '../../model/route-policy.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { either, filterFor, hasHeader, not } from './composite.ts';
import type { RouteFilter } from './filter.ts';

type Matcher = Messages['xds.type.matcher.v3.Matcher'];

/** Of an uint64. */
const largest = '18446744073709551615';

/** What comes over a WebSocket is no body, but to Envoy's filters it looks like one. */
const hasBody = either(not(hasHeader('upgrade', '.+')), hasHeader('content-length', '.+'));

/**
 * Answers 413 to bodies that are too large: at once where `Content-Length` says so, else when the last byte that may come has come.
 * Nothing is buffered. The filter itself cannot be configured by route, so that one is made for each request by what its route says.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/body_size_limit_filter
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/composite_filter
 */
export const bodySize: RouteFilter = {
  name: 'body-size',
  config: any('envoy.extensions.filters.http.composite.v3.Composite', { matcher: limitedTo(usualBodySize) }),
  onRoute: ({ bodySize: most }) =>
    most === undefined ? undefined : any('envoy.extensions.filters.http.composite.v3.CompositePerRoute', { matcher: limitedTo(most) }),
};

/** 0: not limited. */
function limitedTo(bytes: number): Matcher {
  const limit = any('envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit', {
    max_request_bytes: bytes === 0 ? largest : String(bytes),
  });
  return filterFor(hasBody, 'limit', limit);
}
