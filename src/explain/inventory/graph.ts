import { certificateUses } from './certificates.ts';
import { endpointCounts } from './endpoints.ts';
import { listHostRows } from './hosts.ts';
import { objectsOf, type Resources } from './resources.ts';
import { clustersOf, edge, listHosts, listRoutes } from './routes.ts';

export interface GraphNode {
  /** Begins with its kind, as in `cluster shop/api/80`. */
  readonly id: string;
  readonly kind: 'listener' | 'host' | 'certificate' | 'object' | 'route' | 'cluster';
  readonly label: string;
  /** Addresses of a cluster. */
  readonly endpoints?: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Such as `80 %`. */
  readonly label?: string;
}

/** Everything on the way of a request, from the listener to the clusters, and the objects that routes come from. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Of one host, or of all. What Naru adds by itself is not in it. */
export function graphOf(resources: Resources, wanted?: string): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const node = (kind: GraphNode['kind'], label: string, id = label, more: Pick<GraphNode, 'endpoints'> = {}): string => {
    const key = `${kind} ${id}`;
    nodes.set(key, { id: key, kind, label, ...more });
    return key;
  };
  const link = (from: string, to: string, label?: string): void =>
    void edges.set(`${from}\n${to}\n${label ?? ''}`, { from, to, ...(label === undefined ? {} : { label }) });
  const counts = endpointCounts(resources);
  const certified = certificateUses((resources.listeners ?? []).map(({ resource }) => resource));
  const isWanted = ({ host }: { readonly host: string }): boolean => wanted === undefined || host === wanted;

  for (const { host, listener, certificate, routes } of listHostRows(resources).filter(isWanted)) {
    if (routes === 0) continue;
    const to = node('host', host, `${listener} ${host}`);
    link(node('listener', listener === edge ? 'http, https' : listener, listener), to);
    if (certificate !== null && certified.has(certificate)) link(node('certificate', certificate), to, 'TLS');
  }
  const shares = new Map(
    listHosts(resources).flatMap(({ listener, host }) =>
      (host.routes ?? []).map((route) => [`${listener} ${host.name} ${route.name}`, clustersOf(route)] as const),
    ),
  );
  for (const { host, listener, type, path, conditions, to, name, sources } of listRoutes(resources).filter(isWanted)) {
    const clusters = shares.get(`${listener} ${host} ${name}`) ?? [];
    const action = clusters.length === 0 ? `: ${to}` : '';
    const route = node('route', `${[`${type} ${path}`, ...conditions].join(', ')}${action}`, `${listener} ${host} ${name}`);
    link(`host ${listener} ${host}`, route);
    for (const object of objectsOf(sources)) link(node('object', object), route);
    for (const { name: cluster, share } of clusters)
      link(route, node('cluster', cluster, cluster, { endpoints: counts.get(cluster) ?? 0 }), share === 1 ? undefined : percent(share));
  }
  return { nodes: [...nodes.values()].toSorted(byId), edges: [...edges].toSorted(byKey).map(([, one]) => one) };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function byId(a: GraphNode, b: GraphNode): number {
  return a.id < b.id ? -1 : 1;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
