import { decode } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { type Resource, typeUrls } from '../snapshot/resource.ts';
import type { Resources } from './inventory/resources.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';

interface MessageOf {
  readonly listeners: Messages['envoy.config.listener.v3.Listener'];
  readonly extensions: Messages['envoy.config.core.v3.TypedExtensionConfig'];
  readonly scopes: Messages['envoy.config.route.v3.ScopedRouteConfiguration'];
  readonly routes: Messages['envoy.config.route.v3.RouteConfiguration'];
  readonly clusters: Messages['envoy.config.cluster.v3.Cluster'];
  readonly endpoints: Messages['envoy.config.endpoint.v3.ClusterLoadAssignment'];
}

/** Messages by type and name. */
export interface MessageReader {
  names(type: keyof MessageOf): readonly string[];
  get<T extends keyof MessageOf>(type: T, name: string): MessageOf[T] | undefined;
}

/** Messages that were decoded elsewhere. */
export function listedMessages(resources: Resources): MessageReader {
  const find = (type: keyof MessageOf, name: string): unknown => resources[type]?.find((one) => one.name === name)?.resource;
  return {
    names: (type) => (resources[type] ?? []).map(({ name }) => name).toSorted(),
    get: <T extends keyof MessageOf>(type: T, name: string) => find(type, name) as MessageOf[T] | undefined,
  };
}

/** The messages of a snapshot, each decoded when it is first asked for. */
export class ResourceReader implements MessageReader {
  readonly #resources: ResourceSet;
  readonly #decoded = new Map<Resource, unknown>();

  constructor(resources: ResourceSet) {
    this.#resources = resources;
  }

  names(type: keyof MessageOf): readonly string[] {
    return [...this.#resources[type].names()].sort();
  }

  get<T extends keyof MessageOf>(type: T, name: string): MessageOf[T] | undefined {
    const resource = this.#resources[type].get(name);
    if (resource === undefined) return undefined;
    let message = this.#decoded.get(resource);
    if (message === undefined)
      this.#decoded.set(resource, (message = decode<(typeof messageNames)[T]>(messageNames[type], resource.bytes)));
    return message as MessageOf[T];
  }
}

const messageNames = {
  listeners: nameOf(typeUrls.listeners),
  extensions: nameOf(typeUrls.extensions),
  scopes: nameOf(typeUrls.scopes),
  routes: nameOf(typeUrls.routes),
  clusters: nameOf(typeUrls.clusters),
  endpoints: nameOf(typeUrls.endpoints),
} as const;

function nameOf<N extends string>(url: `type.googleapis.com/${N}`): N {
  return url.slice(url.indexOf('/') + 1) as N;
}
