import type { Source } from '../../model/source.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Resources } from './resources.ts';

export interface EndpointRow {
  readonly cluster: string;
  /** `10.0.0.7:8080` */
  readonly address: string;
  /** Empty where none is told. */
  readonly zone: string;
  readonly sources: readonly Source[];
}

/** Every address that Envoys may send requests to. */
export function listEndpoints(resources: Resources): readonly EndpointRow[] {
  return assignmentsOf(resources).flatMap(({ cluster, assignment, sources }) =>
    (assignment.endpoints ?? []).flatMap(({ locality, lb_endpoints: members = [] }) =>
      members.map((member) => ({ cluster, address: printAddress(member.endpoint?.address), zone: locality?.zone ?? '', sources })),
    ),
  );
}

/** How many addresses each cluster has. */
export function endpointCounts(resources: Resources): ReadonlyMap<string, number> {
  return new Map(
    assignmentsOf(resources).map(({ cluster, assignment }) => [
      cluster,
      (assignment.endpoints ?? []).reduce((sum, { lb_endpoints: members = [] }) => sum + members.length, 0),
    ]),
  );
}

export function printAddress(address: Messages['envoy.config.core.v3.Address'] | undefined): string {
  const { socket_address: socket, pipe } = address ?? {};
  if (socket === undefined) return pipe?.path ?? '';
  const host = socket.address ?? '';
  return `${host.includes(':') ? `[${host}]` : host}:${socket.port_value ?? socket.named_port ?? 0}`;
}

/** In a resource of their own, or within the cluster. */
function assignmentsOf({ clusters = [], endpoints = [] }: Resources) {
  const within = clusters.flatMap(({ name, resource, sources }) =>
    resource.load_assignment === undefined ? [] : [{ cluster: name, assignment: resource.load_assignment, sources }],
  );
  const own = endpoints.map(({ name, resource, sources }) => ({ cluster: name, assignment: resource, sources }));
  return [...own, ...within];
}
