import type { Source } from '../model/source.ts';

/**
 * The types that Naru serves, by the short names used in messages and at the debug endpoint. Its own routes are in scopes; routes by
 * themselves are for others who use its server.
 */
export const typeUrls = {
  clusters: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoints: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  secrets: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
  extensions: 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
  listeners: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  scopes: 'type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration',
  routes: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
} as const;

export type TypeName = keyof typeof typeUrls;
export const typeNames = Object.keys(typeUrls) as readonly TypeName[];

/** Something for each type. */
export function byType<T>(make: (type: TypeName) => T): Record<TypeName, T> {
  return Object.fromEntries(typeNames.map((type) => [type, make(type)])) as Record<TypeName, T>;
}

export interface Reference {
  readonly type: TypeName;
  readonly name: string;
}

/** One xDS resource, encoded once and shared by every stream that sends it. */
export interface Resource {
  readonly type: TypeName;
  readonly name: string;
  /** Content hash: equal bytes have equal versions in every process. */
  readonly version: string;
  /** The encoded message, without the Any around it. */
  readonly bytes: Buffer;
  /** The resources this one names and cannot work without, each once. */
  readonly references: readonly Reference[];
  /** The only one that makes use of this one, where there is such a one: it may come later than this one, or never. */
  readonly usedBy?: Reference;
  readonly sources: readonly Source[];
}
