import type { Endpoint, Upstream } from '../model/upstream.ts';
import type { Resource } from '../snapshot/resource.ts';
import { makeResource } from './make-resource.ts';

/** The addresses of an upstream. None is a valid answer: Envoy then answers requests with 503. */
export function renderLoadAssignment({ key, sources }: Upstream, endpoints: readonly Endpoint[]): Resource {
  const lb_endpoints = endpoints.map(({ address, port }) => ({
    endpoint: { address: { socket_address: { address, port_value: port } } },
  }));
  const localities = lb_endpoints.length === 0 ? [] : [{ lb_endpoints }];
  return makeResource('endpoints', { cluster_name: key, endpoints: localities }, { name: key, references: [], sources });
}
