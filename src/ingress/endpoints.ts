import { objectKey } from '../kube/event.ts';
import type { EndpointSlice, ServicePort } from '../kube/objects.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import type { Read } from '../store/derived-table.ts';
import type { World } from '../store/world.ts';

/** The ready addresses of an upstream, out of all EndpointSlices of its Service, sorted and each once. */
export function findEndpoints({ namespace, service, port }: Upstream, read: Read, world: World): readonly Endpoint[] {
  const serviceKey = objectKey(namespace, service);
  const servicePort = read.get(world.objects.Service, serviceKey)?.spec.ports.find((candidate) => candidate.port === port);
  if (servicePort === undefined) return [];
  const found = new Map<string, Endpoint>();
  for (const sliceKey of read.get(world.slicesByService, serviceKey) ?? []) {
    const slice = read.get(world.objects.EndpointSlice, sliceKey);
    if (slice === undefined) continue;
    for (const endpoint of endpointsOf(slice, servicePort)) found.set(`${endpoint.address} ${endpoint.port}`, endpoint);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

/**
 * Ports of a slice belong to the Service's port of the same name. An endpoint of unknown readiness counts as ready.
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
 */
function endpointsOf(slice: EndpointSlice, servicePort: ServicePort): Endpoint[] {
  if (slice.addressType === 'FQDN') return [];
  const port =
    slice.ports.find(({ name, protocol }) => name === servicePort.name && protocol === servicePort.protocol) ?? onlyUnnamedPort(slice);
  if (port?.port === undefined) return [];
  const number = port.port;
  return slice.endpoints
    .filter(({ ready }) => ready !== false)
    .flatMap(({ addresses }) => addresses.map((address) => ({ address, port: number })));
}

/** A slice that somebody wrote by hand may have one port without a name. */
function onlyUnnamedPort({ ports }: EndpointSlice): EndpointSlice['ports'][number] | undefined {
  return ports.length === 1 && ports[0]?.name === '' ? ports[0] : undefined;
}
