import { byDefault } from '../../model/source.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { makeResource } from '../make-resource.ts';
import type { HelperAddress } from '../options.ts';

/** The helper beside each Envoy, `naru authz`. No upstream has a name without a `/`. */
export const authzClusterName = 'naru-authz';

const http2 = any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', { explicit_http_config: { http2_protocol_options: {} } });

/** Always there, so that no listener or cluster comes with the first route that asks. Without an address, nobody answers. */
export function renderAuthzCluster(address: HelperAddress | undefined): Resource {
  const lb_endpoints = address === undefined ? [] : [{ endpoint: { address: addressOf(address) } }];
  const message = {
    ...({ name: authzClusterName, connect_timeout: '1s', type: 'STATIC' } as const),
    load_assignment: { cluster_name: authzClusterName, endpoints: [{ lb_endpoints }] },
    typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2 },
    circuit_breakers: { thresholds: [{ max_requests: 10_240, max_pending_requests: 10_240 }] },
  };
  return makeResource('clusters', message, { name: authzClusterName, references: [], sources: [byDefault] });
}

function addressOf(address: HelperAddress): Messages['envoy.config.core.v3.Address'] {
  if ('path' in address) return { pipe: { path: address.path } };
  return { socket_address: { address: address.host, port_value: address.port } };
}
