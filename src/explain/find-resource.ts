import { byDefault, parseSource, printSource, type Source } from '../model/source.ts';
import { decode } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';
import { sourcesIn } from '../xds/routes/route-metadata.ts';
import { scopeOf } from '../xds/scopes/scope.ts';
import { hostKey, listenerOf } from '../model/virtual-host.ts';

type Route = Messages['envoy.config.route.v3.Route'];

const types: Readonly<Record<string, TypeName>> = {
  cluster: 'clusters',
  endpoints: 'endpoints',
  secret: 'secrets',
  extension: 'extensions',
  listener: 'listeners',
  scope: 'scopes',
  routes: 'routes',
};

/** A resource, or a part of one, with the objects that it could come from. */
export interface FoundResource {
  readonly resource: Resource;
  /** To what is meant within it; empty for the whole. */
  readonly path: string;
  readonly sources: readonly Source[];
}

/** The name of a route as one word, for scripts: `shop/api prefix /v1` is `shop/api:prefix:/v1`. */
export function routeWord(name: string): string {
  return name.replaceAll(/\s/g, ':');
}

/**
 * The resource that a command line means, as in `cluster/shop/api/80`, the virtual host of `host/shop.example.com`, or the route of
 * `route/shop/api:prefix:/v1`: of the first host that has it.
 */
export function findResource(resources: ResourceSet, reference: string): FoundResource | undefined {
  const slash = reference.indexOf('/');
  const [word, name] = [reference.slice(0, slash), reference.slice(slash + 1)];
  if (slash < 0) return undefined;
  if (word === 'host') return findHost(resources, name);
  if (word === 'route') return findRoute(resources, routeWord(name));
  const type = types[word];
  const called = type === 'scopes' ? scopeOf(name) : name;
  const resource = type === undefined ? undefined : (resources[type].get(called) ?? onlyVariant(resources[type], name));
  if (resource === undefined) return undefined;
  const throughRoutes = type === 'clusters' || type === 'endpoints' ? sourcesOf(routesTo(resources, resource.name)) : [];
  const objects = resource.sources.filter((source) => printSource(source) !== printSource(byDefault));
  return { resource, path: '', sources: [...objects, ...throughRoutes] };
}

/** `shop/api/80` where settings of an Ingress have made `shop/api/80~c39a6f69e31c` of it, and nothing else. */
function onlyVariant(resources: ResourceSet[TypeName], name: string): Resource | undefined {
  const [variant, ...others] = [...resources.names()].filter((one) => one.startsWith(`${name}~`));
  return variant === undefined || others.length > 0 ? undefined : resources.get(variant);
}

/** That of Ingresses, or else the one that a listener of a Gateway has. */
function findHost(resources: ResourceSet, name: string): FoundResource | undefined {
  const listeners = new Set([...resources.scopes.names()].flatMap((scope) => listenerOf(scope) ?? []));
  for (const listener of [undefined, ...[...listeners].sort()]) {
    const resource = resources.scopes.get(scopeOf(hostKey(name, listener)));
    const host = resource && hostsOf(resource).find((one) => one.name === name);
    if (resource === undefined || host === undefined) continue;
    return { resource, path: `route_configuration.virtual_hosts[${name}]`, sources: sourcesOf(host.routes ?? []) };
  }
  return undefined;
}

function findRoute({ scopes }: ResourceSet, word: string): FoundResource | undefined {
  for (const scope of [...scopes.names()].sort()) {
    const resource = scopes.get(scope);
    if (resource === undefined || !resource.sources.some(({ namespace, name }) => word.startsWith(`${namespace}/${name}:`))) continue;
    for (const { name: host = '', routes = [] } of hostsOf(resource)) {
      const names = routes.map(({ name = '' }) => name);
      const place = names.findIndex((name) => routeWord(name) === word);
      const route = routes[place];
      if (route === undefined) continue;
      const inList = new Set(names).size < names.length ? place : route.name;
      return { resource, path: `route_configuration.virtual_hosts[${host}].routes[${inList}]`, sources: sourcesOf([route]) };
    }
  }
  return undefined;
}

/** The routes that send requests to a cluster. */
function routesTo({ scopes }: ResourceSet, cluster: string): readonly Route[] {
  return [...scopes.values()]
    .filter(({ references }) => references.some(({ name }) => name === cluster))
    .flatMap(hostsOf)
    .flatMap((host) => host.routes ?? [])
    .filter(({ route }) => route?.cluster === cluster || route?.weighted_clusters?.clusters?.some(({ name }) => name === cluster) === true);
}

function hostsOf({ bytes }: Resource): readonly Messages['envoy.config.route.v3.VirtualHost'][] {
  return decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes).route_configuration?.virtual_hosts ?? [];
}

function sourcesOf(routes: readonly Route[]): readonly Source[] {
  return routes.flatMap(({ metadata }) => sourcesIn(metadata).flatMap((text) => parseSource(text) ?? []));
}
