import { decode, encode } from '../../src/proto/codec.ts';
import type { Messages } from '../../src/proto/gen/messages.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import { Build } from '../../src/runtime/build.ts';
import { type Resource, type TypeName, typeNames } from '../../src/snapshot/resource.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import { resourceOf } from '../../src/xds/make-resource.ts';
import { chainFilters } from '../../src/xds/filters/index.ts';
import { scopeHeader } from '../../src/xds/scopes/scope-header.ts';
import { ingress, naruClass, service, slice, synced, upsert } from '../../test/support/objects.ts';

type Manager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'];
type Extension = NonNullable<Manager['early_header_mutation_extensions']>[number];
type Mutations = Messages['envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation'];
type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];

/** From most to least. */
export const variants = ['nothing left out', 'as it is', 'no filters of routes', 'router alone', 'router alone, one table'] as const;
export type Variant = (typeof variants)[number];

export const host = 'shop.example.com';
const table = 'all';
const managerType = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ofRoutes = new Set(chainFilters.map(({ name }) => name));

/** One host with one pod, and Naru's usual settings; changed as the variant says. */
export function snapshotOf(variant: Variant, podPort: number): (httpPort: number) => Snapshot {
  return (httpPort) => {
    const address = '127.0.0.1';
    const build = new Build({ fleet: 'naru', ingress: defaultIngressOptions, listen: { address, httpPort, httpsPort: httpPort + 1 } });
    const paths = [{ path: '/', service: 'web' }];
    const objects = [
      naruClass,
      service('web'),
      slice('web-1', 'web', [address], { port: podPort }),
      ingress({ name: 'shop', host, paths }),
    ];
    build.apply([...objects.map(upsert), ...synced]);
    if (build.current === undefined) throw new Error('there is no snapshot');
    const changed = new Map<TypeName, Map<string, Resource>>();
    const inOne = variant === 'router alone, one table';
    for (const type of typeNames) {
      if (type === 'scopes' && inOne) put(changed, 'routes', oneTable(build.current));
      else for (const resource of build.current.resources[type].values()) put(changed, type, change(variant, resource));
    }
    const made = new Snapshots('naru').next(changed, { cause: variant, time: 0, summarise: () => '' });
    if (made === undefined) throw new Error('there is nothing in it');
    return made;
  };
}

function put(all: Map<TypeName, Map<string, Resource>>, type: TypeName, resource: Resource): void {
  all.set(type, (all.get(type) ?? new Map<string, Resource>()).set(resource.name, resource));
}

function change(variant: Variant, resource: Resource): Resource {
  const { type, bytes, name, sources } = resource;
  if (type === 'scopes' && variant === 'nothing left out') {
    const scope = decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes);
    const { route_configuration: own = {} } = scope;
    const route_configuration = { ...own, virtual_hosts: (own.virtual_hosts ?? []).map(withAll) };
    const encoded = encode('envoy.config.route.v3.ScopedRouteConfiguration', { ...scope, route_configuration });
    return resourceOf(type, encoded, { name, references: resource.references, sources });
  }
  if (type !== 'listeners') return resource;
  const listener = decode('envoy.config.listener.v3.Listener', bytes);
  type Chain = NonNullable<typeof listener.filter_chains>[number];
  const ofChain = (chain: Chain): Chain => ({
    ...chain,
    filters: (chain.filters ?? []).map((filter) => {
      const { typed_config: config } = filter;
      if (config?.['@type'] !== managerType) return filter;
      return { ...filter, typed_config: { ...config, ...changedManager(variant, config as unknown as Manager) } };
    }),
  });
  const { filter_chains = [], default_filter_chain: last } = listener;
  const encoded = encode('envoy.config.listener.v3.Listener', {
    ...listener,
    filter_chains: filter_chains.map(ofChain),
    ...(last && { default_filter_chain: ofChain(last) }),
  });
  const references = variant === 'router alone, one table' ? [{ type: 'routes', name: table } as const] : resource.references;
  return resourceOf(type, encoded, { name, references, sources });
}

function changedManager(
  variant: Variant,
  { http_filters: filters = [], early_header_mutation_extensions: early = [] }: Manager,
): Partial<Manager> {
  if (variant === 'no filters of routes') return { http_filters: filters.filter(({ name = '' }) => !ofRoutes.has(name)) };
  if (!variant.startsWith('router alone')) return {};
  const router = { http_filters: filters.slice(-1) };
  if (variant === 'router alone') return router;
  const rds = { config_source: { ads: {}, resource_api_version: 'V3' }, route_config_name: table } as const;
  // A field of a oneof takes the place of the other one.
  return { ...router, rds, scoped_routes: undefined, early_header_mutation_extensions: early.map(withoutScope) };
}

/** The header that leads to a scope is not needed where there is none. */
function withoutScope(extension: Extension): Extension {
  const { typed_config: config } = extension;
  if (config === undefined) return extension;
  const { mutations = [] } = config as unknown as Mutations;
  return { ...extension, typed_config: { ...config, mutations: mutations.filter((one) => one.append?.header?.key !== scopeHeader) } };
}

function withAll(own: VirtualHost): VirtualHost {
  const filters = Object.entries(own.typed_per_filter_config ?? {}).filter(([, config]) => !config['@type'].endsWith('.FilterConfig'));
  return { ...own, typed_per_filter_config: Object.fromEntries(filters) };
}

function oneTable({ resources }: Snapshot): Resource {
  const scopes = [...resources.scopes.values()].map(({ bytes }) => decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes));
  const virtual_hosts = scopes.flatMap(({ route_configuration }) => route_configuration?.virtual_hosts ?? []);
  const bytes = encode('envoy.config.route.v3.RouteConfiguration', { name: table, virtual_hosts, ignore_port_in_host_matching: true });
  return resourceOf('routes', bytes, {
    name: table,
    references: [...resources.scopes.values()].flatMap(({ references }) => references),
    sources: [],
  });
}
