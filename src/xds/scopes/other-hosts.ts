import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { scopeHeader, scopeKey } from './scope-header.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];
type TypedConfig = Messages['envoy.config.core.v3.TypedExtensionConfig'];
type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration'];

/**
 * Stands for a hostname in name and key of the scope that holds the routes of all hosts that are not exact names: wildcards, and the host for
 * everything else. The edge has one, and each listener of its own that takes requests. No request has the key of its own accord, because `{`
 * may not stand in an authority: Envoy answers 400.
 */
export const otherHosts = '{other}';

const filterName = 'naru.other-hosts';

/**
 * Finds the scope of a request that has none. A scope is found by the exact name of a host; a request for any other host comes
 * to the filters without a route. Then this filter, the first of all, looks for the name in small letters, and if nobody has that
 * either, takes the scope of other hosts.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/filter_chain_filter
 */
export function otherHostsFilter(listener: string | undefined): HttpFilter {
  const others = scopeKey(otherHosts, listener);
  return {
    name: filterName,
    typed_config: any('envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig', {
      default_filter_chain: {
        filters: [
          setScope('small letters', scopeKey('%CEL(request.host.lowerAscii())%', listener)),
          forgetRoute('forget 1'),
          chooseRoute('look 1'),
          setScope('other', `%CEL(has(xds.route_name) ? request.headers['${scopeHeader}'] : '${others}')%`),
          forgetRoute('forget 2'),
          chooseRoute('look 2'),
        ],
      },
    }),
  };
}

/** For the routes of an exact host: its requests have their route, and the filter is not even made for them. */
export const withoutOtherHosts: NonNullable<RouteConfiguration['typed_per_filter_config']> = {
  [filterName]: any('envoy.config.route.v3.FilterConfig', { disabled: true }),
};

function setScope(name: string, value: string): TypedConfig {
  const cel = any('envoy.extensions.formatter.cel.v3.Cel', { cel_config: { enable_string_functions: true } });
  return {
    name,
    typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: {
        request_mutations: [{ append: { header: { key: scopeHeader, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } }],
        formatters: [{ name: 'envoy.formatter.cel', typed_config: cel }],
      },
    }),
  };
}

/** Envoy chooses the route again when somebody asks for it. The value that is set is of no use, but there must be one. */
function forgetRoute(name: string): TypedConfig {
  const value = {
    object_key: 'naru.route',
    factory_key: 'envoy.string',
    format_string: { text_format_source: { inline_string: 'forgotten' } },
  };
  return {
    name,
    typed_config: any('envoy.extensions.filters.http.set_filter_state.v3.Config', { on_request_headers: [value], clear_route_cache: true }),
  };
}

/** A filter that asks for its own part of the route when it has done its work, which is none. So those after it find the route chosen. */
function chooseRoute(name: string): TypedConfig {
  return { name, typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', { mutations: {} }) };
}
