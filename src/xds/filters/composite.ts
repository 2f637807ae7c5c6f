import { any, type AnyMessage } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type Matcher = Messages['xds.type.matcher.v3.Matcher'];
type Predicate = Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate'];

/**
 * Makes a filter for those requests that `predicate` is true of. For filters that cannot be configured by route themselves.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/composite_filter
 */
export function filterFor(predicate: Predicate, name: string, filter: AnyMessage): Matcher {
  const action = any('envoy.extensions.filters.http.composite.v3.ExecuteFilterAction', { typed_config: { name, typed_config: filter } });
  return { matcher_list: { matchers: [{ predicate, on_match: { action: { name, typed_config: action } } }] } };
}

/** `regex`: of its whole value. */
export function hasHeader(header_name: string, regex = '.*'): Predicate {
  return {
    single_predicate: {
      input: { name: 'header', typed_config: any('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name }) },
      value_match: { safe_regex: { google_re2: {}, regex } },
    },
  };
}

export function either(...predicate: Predicate[]): Predicate {
  return { or_matcher: { predicate } };
}

export function both(...predicate: Predicate[]): Predicate {
  return { and_matcher: { predicate } };
}

export function not(not_matcher: Predicate): Predicate {
  return { not_matcher };
}
