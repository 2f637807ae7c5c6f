import type { Kind } from './objects.ts';
import { configMap } from './kinds/config-map.ts';
import { endpointSlice } from './kinds/endpoint-slice.ts';
import { backendTlsPolicy } from './kinds/gateway/backend-tls-policy.ts';
import { tcpRoute, tlsRoute, udpRoute } from './kinds/gateway/connection-routes.ts';
import { gatewayClass } from './kinds/gateway/gateway-class.ts';
import { gateway } from './kinds/gateway/gateway.ts';
import { grpcRoute } from './kinds/gateway/grpc-route.ts';
import { httpRoute } from './kinds/gateway/http-route.ts';
import { listenerSet } from './kinds/gateway/listener-set.ts';
import { referenceGrant } from './kinds/gateway/reference-grant.ts';
import { ingressClass } from './kinds/ingress-class.ts';
import { ingress } from './kinds/ingress.ts';
import type { AnyKindRow, KindRow } from './kinds/kind.ts';
import { namespace as namespaceRow } from './kinds/namespace.ts';
import { secret } from './kinds/secret.ts';
import { service } from './kinds/service.ts';

/** The kinds that Naru reads: one row is everything about a kind. */
export const kinds: { readonly [K in Kind]: KindRow<K> } = {
  Ingress: ingress,
  IngressClass: ingressClass,
  Service: service,
  EndpointSlice: endpointSlice,
  Secret: secret,
  ConfigMap: configMap,
  Namespace: namespaceRow,
  GatewayClass: gatewayClass,
  Gateway: gateway,
  ListenerSet: listenerSet,
  HTTPRoute: httpRoute,
  GRPCRoute: grpcRoute,
  TLSRoute: tlsRoute,
  TCPRoute: tcpRoute,
  UDPRoute: udpRoute,
  ReferenceGrant: referenceGrant,
  BackendTLSPolicy: backendTlsPolicy,
};

export const kindNames = Object.keys(kinds) as readonly Kind[];

export function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

/** The path at which a kind is listed and watched: of one namespace, or of all. */
export function collectionPath({ path, namespaced }: Pick<AnyKindRow, 'path' | 'namespaced'>, namespace?: string): string {
  if (namespace === undefined || !namespaced) return path;
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/namespaces/${encodeURIComponent(namespace)}${path.slice(slash)}`;
}
