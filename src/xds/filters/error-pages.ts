import { type ErrorPages, errorPageHeader } from '../../model/error-pages.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { scopeHeader } from '../scopes/scope-header.ts';
import { renderHeaderEdits } from '../header-edits.ts';
import type { RouteFilter } from './filter.ts';

type Matcher = Messages['xds.type.matcher.v3.Matcher'];
type Predicate = Messages['xds.type.matcher.v3.Matcher.MatcherList.Predicate'];

/**
 * Asks for a page where an answer is an error: within Envoy the request begins anew as a GET, with headers that lead it to the route of
 * the page. https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/custom_response_filter
 */
export const errorPages: RouteFilter = {
  name: 'error-pages',
  config: any('envoy.extensions.filters.http.custom_response.v3.CustomResponse', {}),
  onRoute: ({ errorPages: pages }, scope) =>
    pages && any('envoy.extensions.filters.http.custom_response.v3.CustomResponse', { custom_response_matcher: matcherOf(pages, scope) }),
};

/** The header that led the request to its scope may be gone when it is looked for a route again. */
function matcherOf({ statuses, onlyOwn, page, headers }: ErrorPages, scope: string): Matcher {
  const set = [{ name: scopeHeader, value: [scope] }, { name: errorPageHeader, value: [page] }, ...headers];
  const request_headers_to_add = renderHeaderEdits({ set }).add;
  const matchers = statuses.map((status) => ({
    predicate: onlyOwn === true ? { and_matcher: { predicate: [hasStatus(status), isOwn] } } : hasStatus(status),
    on_match: {
      action: {
        name: 'page',
        typed_config: any('envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy', {
          redirect_action: { path_redirect: '/' },
          status_code: status,
          request_headers_to_add,
        }),
      },
    },
  }));
  return { matcher_list: { matchers } };
}

function hasStatus(status: number): Predicate {
  return {
    single_predicate: {
      input: { name: 'status', typed_config: any('envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput', {}) },
      value_match: { exact: String(status) },
    },
  };
}

const isOwn: Predicate = {
  single_predicate: {
    input: { name: 'own', typed_config: any('envoy.type.matcher.v3.HttpResponseLocalReplyMatchInput', {}) },
    value_match: { exact: 'true' },
  },
};
