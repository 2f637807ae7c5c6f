import type { Source } from '../../model/source.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { TypeName } from '../../snapshot/resource.ts';

interface MessageOf {
  readonly clusters: Messages['envoy.config.cluster.v3.Cluster'];
  readonly endpoints: Messages['envoy.config.endpoint.v3.ClusterLoadAssignment'];
  readonly secrets: Messages['envoy.extensions.transport_sockets.tls.v3.Secret'];
  readonly extensions: Messages['envoy.config.core.v3.TypedExtensionConfig'];
  readonly listeners: Messages['envoy.config.listener.v3.Listener'];
  readonly scopes: Messages['envoy.config.route.v3.ScopedRouteConfiguration'];
  readonly routes: Messages['envoy.config.route.v3.RouteConfiguration'];
}

/** A resource, decoded; private keys redacted. */
export interface Listed<M> {
  readonly name: string;
  readonly version: string;
  readonly sources: readonly Source[];
  readonly resource: M;
}

/** What Envoys are given, by type. Only the types that were asked for. */
export type Resources = { readonly [T in TypeName]?: readonly Listed<MessageOf[T]>[] };

/** `Ingress shop/web`, each object once. */
export function objectsOf(sources: readonly Source[]): readonly string[] {
  return [...new Set(sources.map(({ kind, namespace, name }) => `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`))];
}
