import type { Source } from '../../model/source.ts';
import { endpointCounts } from './endpoints.ts';
import type { Resources } from './resources.ts';

export interface ClusterRow {
  readonly name: string;
  /** Where addresses come from: `EDS`, `STRICT_DNS`… */
  readonly type: string;
  readonly balancing: string;
  readonly tls: boolean;
  readonly endpoints: number;
  readonly connectTimeout: string;
  readonly version: string;
  readonly sources: readonly Source[];
}

export function listClusters(resources: Resources): readonly ClusterRow[] {
  const counts = endpointCounts(resources);
  return (resources.clusters ?? []).map(({ name, version, sources, resource }) => ({
    name,
    type: resource.type ?? 'STATIC',
    balancing: resource.lb_policy ?? 'ROUND_ROBIN',
    tls: resource.transport_socket !== undefined || (resource.transport_socket_matches ?? []).length > 0,
    endpoints: counts.get(name) ?? 0,
    connectTimeout: resource.connect_timeout ?? '',
    version,
    sources,
  }));
}
