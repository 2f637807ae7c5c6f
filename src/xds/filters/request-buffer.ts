import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
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
    const endsSoon = bodySize === 0 || (bodySize ?? 0) > longest ? isShort : either(isShort, not(hasHeader('content-length', '.*')));
    const matcher = holding(both(endsSoon, not(either(hasHeader('upgrade', '.*'), hasHeader('content-type', 'application/grpc.*')))));
    return any('envoy.extensions.filters.http.composite.v3.CompositePerRoute', { matcher });
  },
};

function holding(predicate: Predicate): Matcher {
  const buffer = any('envoy.extensions.filters.http.buffer.v3.Buffer', { max_request_bytes: longest });
  const action = any('envoy.extensions.filters.http.composite.v3.ExecuteFilterAction', {
    typed_config: { name: 'hold', typed_config: buffer },
  });
  return { matcher_list: { matchers: [{ predicate, on_match: { action: { name: 'hold', typed_config: action } } }] } };
}

function either(...predicate: Predicate[]): Predicate {
  return { or_matcher: { predicate } };
}

function both(...predicate: Predicate[]): Predicate {
  return { and_matcher: { predicate } };
}

function not(not_matcher: Predicate): Predicate {
  return { not_matcher };
}

function hasHeader(header_name: string, regex: string): Predicate {
  return {
    single_predicate: {
      input: { name: 'header', typed_config: any('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name }) },
      value_match: { safe_regex: { google_re2: {}, regex } },
    },
  };
}
