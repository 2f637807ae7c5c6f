import { encode } from '../../proto/codec.ts';
import { stringField } from '../../proto/string-field.ts';
import type { TypeName } from '../../snapshot/resource.ts';

/** What a resource is called, by its own bytes: the first field of each type, `name` or `cluster_name`. */
export function nameOf(bytes: Uint8Array): string {
  return stringField(bytes, 1) ?? '';
}

/** A resource with a name and nothing else. */
export function named(type: TypeName, name: string): Buffer {
  switch (type) {
    case 'clusters':
      return encode('envoy.config.cluster.v3.Cluster', { name });
    case 'endpoints':
      return encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { cluster_name: name });
    case 'secrets':
      return encode('envoy.extensions.transport_sockets.tls.v3.Secret', { name });
    case 'extensions':
      return encode('envoy.config.core.v3.TypedExtensionConfig', { name });
    case 'listeners':
      return encode('envoy.config.listener.v3.Listener', { name });
    case 'scopes':
      return encode('envoy.config.route.v3.ScopedRouteConfiguration', { name });
    case 'routes':
      return encode('envoy.config.route.v3.RouteConfiguration', { name });
  }
}

/**
 * The same resource with one small thing changed; another `change` makes another content. Bytes that are put behind those
 * of a message count as part of it, and of a field that comes twice the last one counts, so that whatever the suite put
 * into a resource stays as it is: https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export function changed(type: TypeName, bytes: Uint8Array, change: number): Buffer {
  return Buffer.concat([bytes, changeOf(type, change)]);
}

function changeOf(type: TypeName, change: number): Buffer {
  switch (type) {
    case 'clusters':
      return encode('envoy.config.cluster.v3.Cluster', { alt_stat_name: `change-${change}` });
    case 'endpoints':
      return encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { policy: { overprovisioning_factor: 140 + change } });
    case 'secrets':
      return encode('envoy.extensions.transport_sockets.tls.v3.Secret', {
        generic_secret: { secret: { inline_string: `change-${change}` } },
      });
    case 'extensions':
      return encode('envoy.config.core.v3.TypedExtensionConfig', {
        typed_config: { '@type': `type.googleapis.com/change-${change}`, value: '' },
      });
    case 'listeners':
      return encode('envoy.config.listener.v3.Listener', { stat_prefix: `change-${change}` });
    case 'scopes':
      return encode('envoy.config.route.v3.ScopedRouteConfiguration', { route_configuration_name: `change-${change}` });
    case 'routes':
      return encode('envoy.config.route.v3.RouteConfiguration', { max_direct_response_body_size_bytes: 4096 + change });
  }
}
