import { findChain } from '../../src/explain/connection.ts';
import { ResourceReader } from '../../src/explain/resource-reader.ts';
import { any, type Messages } from '../../src/proto/codec.ts';
import type { ResourceSet } from '../../src/snapshot/snapshot.ts';
import { type AskedEnvoy, startEnvoy } from './route-oracle.ts';

type Bootstrap = Messages['envoy.config.bootstrap.v3.Bootstrap'];
type Route = Messages['envoy.config.route.v3.Route'];
type RouteAction = Messages['envoy.config.route.v3.RouteAction'];
type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];
type Header = Messages['envoy.config.core.v3.HeaderValueOption'];

const filtersKept: ReadonlySet<string> = new Set(['naru.other-hosts', 'envoy.filters.http.router']);
const managerName = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * A real Envoy with the listener for HTTP of a snapshot: the scopes, the filter that finds those of other hosts, and all routes with what
 * they match and what they make of the path and the host. Whatever cluster they send to, a backend within says what it got.
 */
export function startIngressOracle(resources: ResourceSet): Promise<AskedEnvoy> {
  const reader = new ResourceReader(resources);
  const listener = reader.get('listeners', 'http');
  const manager = listener && findChain(listener, '', reader)?.manager;
  if (manager === undefined) throw new Error('there is no listener for HTTP');
  const { access_log: _logs, tracing: _tracing, scoped_routes: scoped, ...others } = manager;
  const { scoped_rds: _remote, rds_config_source: _source, ...builder } = scoped ?? {};
  const scoped_route_configurations = reader.names('scopes').map((name) => {
    const { route_configuration: table = {}, ...scope } = reader.get('scopes', name) ?? {};
    return { ...scope, route_configuration: { ...table, virtual_hosts: (table.virtual_hosts ?? []).map(telling) } };
  });
  return startEnvoy((socket): Bootstrap => {
    const edge = {
      ...others,
      scoped_routes: { ...builder, scoped_route_configurations_list: { scoped_route_configurations } },
      http_filters: (manager.http_filters ?? []).filter(({ name = '' }) => filtersKept.has(name)),
    };
    const backend = { stat_prefix: 'backend', route_config: answering, http_filters: manager.http_filters?.slice(-1) ?? [] };
    return {
      static_resources: {
        listeners: [listenerOf('edge', socket, edge), listenerOf('backend', `${socket}-backend`, backend)],
        clusters: [
          {
            name: 'backend',
            load_assignment: {
              cluster_name: 'backend',
              endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: `${socket}-backend` } } } }] }],
            },
          },
        ],
      },
    };
  });
}

const said = (key: string, value: string): Header => ({ header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' });

const answering: Messages['envoy.config.route.v3.RouteConfiguration'] = {
  virtual_hosts: [
    {
      name: 'backend',
      domains: ['*'],
      routes: [
        {
          match: { prefix: '/' },
          direct_response: { status: 200 },
          response_headers_to_add: [said('x-got-path', '%REQ(:PATH)%'), said('x-got-host', '%REQ(:AUTHORITY)%')],
        },
      ],
    },
  ],
};

function listenerOf(name: string, path: string, manager: Messages[typeof managerName]): Messages['envoy.config.listener.v3.Listener'] {
  const filters = [{ name: 'http', typed_config: any(managerName, manager) }];
  return { name, address: { pipe: { path } }, filter_chains: [{ filters }] };
}

/** The host with routes that say which they are. */
function telling(host: VirtualHost): VirtualHost {
  const { name = '', domains = [], routes = [] } = host;
  return { name, domains, routes: routes.map((route, index) => tellingRoute(route, `${name} ${index}`)) };
}

function tellingRoute({ name, match, route, redirect, direct_response, response_headers_to_add: own = [] }: Route, place: string): Route {
  const told = own.filter(({ header }) => header?.key === 'location');
  return {
    ...(name === undefined ? {} : { name }),
    ...(match === undefined ? {} : { match }),
    ...(redirect === undefined ? {} : { redirect }),
    ...(direct_response === undefined ? {} : { direct_response }),
    ...(route === undefined ? {} : { route: toBackend(route) }),
    response_headers_to_add: [...told, said('x-route', place)],
  };
}

function toBackend({ prefix_rewrite, regex_rewrite, host_rewrite_literal, host_rewrite }: RouteAction): RouteAction {
  return {
    cluster: 'backend',
    ...(prefix_rewrite === undefined ? {} : { prefix_rewrite }),
    ...(regex_rewrite === undefined ? {} : { regex_rewrite }),
    ...(host_rewrite_literal === undefined ? {} : { host_rewrite_literal }),
    ...(host_rewrite === undefined ? {} : { host_rewrite }),
  };
}
