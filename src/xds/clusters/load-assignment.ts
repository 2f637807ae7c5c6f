import type { Endpoint, Upstream } from '../../model/upstream.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { makeResource } from '../make-resource.ts';

type Localities = NonNullable<Messages['envoy.config.endpoint.v3.ClusterLoadAssignment']['endpoints']>;
type Locality = Messages['envoy.config.core.v3.Locality'];
type LbEndpoint = Messages['envoy.config.endpoint.v3.LbEndpoint'];

/** The addresses of an upstream. None is a valid answer: Envoy then answers requests with 503. */
export function renderLoadAssignment({ key, sources }: Upstream, endpoints: readonly Endpoint[]): Resource {
  return makeResource('endpoints', { cluster_name: key, endpoints: localities(endpoints) }, { name: key, references: [], sources });
}

/**
 * One for each zone. Without zones there is one without a name, and one more for endpoints with a second address: an Envoy that knows
 * the first address already takes in the second one only because the endpoint moves to another locality.
 */
function localities(endpoints: readonly Endpoint[]): Localities {
  const groups = new Map<string, { readonly locality?: Locality; readonly lb_endpoints: LbEndpoint[] }>();
  for (const endpoint of endpoints) {
    const locality = localityOf(endpoint);
    const key = JSON.stringify(locality) ?? '';
    const group = groups.get(key) ?? { ...(locality === undefined ? {} : { locality }), lb_endpoints: [] };
    groups.set(key, group);
    group.lb_endpoints.push(lbEndpoint(endpoint));
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function localityOf({ zone, also }: Endpoint): Locality | undefined {
  if (zone !== undefined) return { zone };
  return also === undefined ? undefined : { sub_zone: 'two-families' };
}

function lbEndpoint({ address, port, also }: Endpoint): LbEndpoint {
  const additional = also === undefined ? {} : { additional_addresses: [{ address: socketAddress(also.address, also.port) }] };
  return { endpoint: { address: socketAddress(address, port), ...additional } };
}

function socketAddress(address: string, port: number): Messages['envoy.config.core.v3.Address'] {
  return { socket_address: { address, port_value: port } };
}
