import type { Kind } from './objects.ts';
import { configMap } from './kinds/config-map.ts';
import { endpointSlice } from './kinds/endpoint-slice.ts';
import { ingressClass } from './kinds/ingress-class.ts';
import { ingress } from './kinds/ingress.ts';
import type { AnyKindRow, KindRow } from './kinds/kind.ts';
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
