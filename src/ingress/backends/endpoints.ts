import { objectKey } from '../../kube/event.ts';
import type { EndpointSlice, ServicePort } from '../../kube/objects.ts';
import type { Endpoint, Upstream } from '../../model/upstream.ts';
import type { Read } from '../../store/derived-table.ts';
import type { World } from '../../store/world.ts';
import { joinFamilies } from './join-families.ts';
import type { Compatibility } from '../options.ts';
import { isOfNames } from './slice-problems.ts';

/** An address of a slice, with what decides whether and how it is used. */
export interface Candidate extends Endpoint {
  readonly pod?: string;
}

/**
 * Where requests for an upstream go, out of all EndpointSlices of its Service, sorted and each once: what is ready; if
 * nothing is, what serves although it is about to end.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/1672-tracking-terminating-endpoints
 */
export function findEndpoints(upstream: Upstream, read: Read, world: World, compatibility: Compatibility): readonly Endpoint[] {
  const { namespace, service: name, port, protocol = 'TCP', preferZone = false } = upstream;
  const serviceKey = objectKey(namespace, name);
  const service = read.get(world.objects.Service, serviceKey);
  const servicePort = service?.spec.ports.find((candidate) => candidate.port === port && candidate.protocol === protocol);
  if (service === undefined || servicePort === undefined) return [];
  const slices = (read.get(world.slicesByService, serviceKey) ?? []).flatMap((key) => read.get(world.objects.EndpointSlice, key) ?? []);
  const ready = candidates(slices, servicePort, isReady);
  const found = ready.length > 0 || compatibility === 'nginx' ? ready : candidates(slices, servicePort, isServingItsLast);
  const joined = service.spec.ipFamilies === undefined ? found : joinFamilies(found, service.spec.ipFamilies[0] ?? 'IPv4');
  return inOrder(joined, preferZone && joined.every(({ zone }) => zone !== undefined));
}

type SliceEndpoint = EndpointSlice['endpoints'][number];

/**
 * An endpoint of unknown readiness counts as ready.
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
 */
function isReady({ ready }: SliceEndpoint): boolean {
  return ready !== false;
}

function isServingItsLast({ serving, terminating }: SliceEndpoint): boolean {
  return serving === true && terminating === true;
}

function candidates(slices: readonly EndpointSlice[], servicePort: ServicePort, isUsed: (endpoint: SliceEndpoint) => boolean): Candidate[] {
  return slices.flatMap((slice) => {
    // Host names of a slice have no defined meaning: kube-proxy passes them by as well.
    const port = isOfNames(slice) ? undefined : portOf(slice, servicePort);
    if (port === undefined) return [];
    return slice.endpoints.filter(isUsed).flatMap(({ addresses, pod, hintedZone: zone }) =>
      addresses.map(
        (address): Candidate => ({
          address,
          port,
          ...(pod === undefined ? {} : { pod }),
          ...(zone === undefined ? {} : { zone }),
        }),
      ),
    );
  });
}

/**
 * Ports of a slice belong to the Service's port of the same name; the number may differ between slices. In a slice that
 * somebody wrote by hand a single port fits a Service's only port whatever their names, and a number as target port stands
 * for a port that the slice does not list (getEndpointsFromSlices in ingress-nginx's endpointslices.go).
 */
function portOf({ ports }: EndpointSlice, { name, protocol, targetPort }: ServicePort): number | undefined {
  const fitting = ports.filter((port) => port.protocol === protocol);
  const [only, ...others] = fitting;
  const named =
    fitting.find((port) => port.name === name) ?? (others.length === 0 && (name === '' || only?.name === '') ? only : undefined);
  return named?.port ?? (typeof targetPort === 'number' ? targetPort : undefined);
}

/** Zones count only if every endpoint has one: otherwise hints are incomplete, and kube-proxy leaves them aside, too. */
function inOrder(found: readonly Candidate[], withZones: boolean): readonly Endpoint[] {
  const unique = new Map<string, Endpoint>();
  for (const { address, port, also, zone } of found) {
    const endpoint = { address, port, ...(also === undefined ? {} : { also }), ...(withZones && zone !== undefined ? { zone } : {}) };
    const key = `${address} ${port}`;
    // Two slices may list one address for a moment; which of the two came first must not matter.
    const known = unique.get(key);
    if (known === undefined || JSON.stringify(endpoint) < JSON.stringify(known)) unique.set(key, endpoint);
  }
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}
