import { decode } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { typeUrls } from '../snapshot/resource.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';

interface MessageOf {
  readonly listeners: Messages['envoy.config.listener.v3.Listener'];
  readonly scopes: Messages['envoy.config.route.v3.ScopedRouteConfiguration'];
  readonly clusters: Messages['envoy.config.cluster.v3.Cluster'];
  readonly endpoints: Messages['envoy.config.endpoint.v3.ClusterLoadAssignment'];
}

/** The messages of a snapshot, decoded as they are asked for. */
export class ResourceReader {
  readonly #resources: ResourceSet;

  constructor(resources: ResourceSet) {
    this.#resources = resources;
  }

  get<T extends keyof MessageOf>(type: T, name: string): MessageOf[T] | undefined {
    const resource = this.#resources[type].get(name);
    if (resource === undefined) return undefined;
    return decode<(typeof messageNames)[T]>(messageNames[type], resource.bytes);
  }
}

const messageNames = {
  listeners: nameOf(typeUrls.listeners),
  scopes: nameOf(typeUrls.scopes),
  clusters: nameOf(typeUrls.clusters),
  endpoints: nameOf(typeUrls.endpoints),
} as const;

function nameOf<N extends string>(url: `type.googleapis.com/${N}`): N {
  return url.slice(url.indexOf('/') + 1) as N;
}
