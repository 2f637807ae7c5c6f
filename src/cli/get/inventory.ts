import { type CertificateRow, listCertificates } from '../../explain/inventory/certificates.ts';
import { type ClusterRow, listClusters } from '../../explain/inventory/clusters.ts';
import { type EndpointRow, listEndpoints } from '../../explain/inventory/endpoints.ts';
import { type HostRow, listHostRows } from '../../explain/inventory/hosts.ts';
import { listListeners, type ListenerRow } from '../../explain/inventory/listeners.ts';
import { objectsOf, type Resources } from '../../explain/inventory/resources.ts';
import { routeWord } from '../../explain/find-resource.ts';
import { listRoutes, type RouteRow } from '../../explain/inventory/routes.ts';
import type { Source } from '../../model/source.ts';
import type { TypeName } from '../../snapshot/resource.ts';
import type { List } from '../lists/print-list.ts';

/** Something that `naru get` lists. */
export interface Inventory<Row> extends List<Row> {
  /** As users call it; the first is its name. */
  readonly words: readonly string[];
  /** The types that it is made of. */
  readonly types: readonly TypeName[];
  readonly rows: (resources: Resources) => readonly Row[];
  /** What a name on the command line must be for a row. */
  readonly called: (row: Row) => readonly string[];
  readonly sourcesOf: (row: Row) => readonly Source[];
  /** The type whose contents `-o json` and `-o yaml` show of one row. */
  readonly contents?: TypeName;
}

const routes: Inventory<RouteRow> = {
  words: ['routes', 'route', 'ingresses', 'ingress', 'ing'],
  types: ['scopes', 'clusters', 'endpoints'],
  rows: listRoutes,
  columns: [
    ['HOST', ({ host }) => host],
    ['TYPE', ({ type }) => type],
    ['PATH', ({ path }) => path],
    ['IF', ({ conditions }) => conditions.join(', ') || '-'],
    ['TO', ({ to }) => to],
    ['ENDPOINTS', ({ endpoints }) => printCount(endpoints)],
    ['FROM', ({ sources }) => printObjects(sources)],
  ],
  wide: [
    ['LISTENER', ({ listener }) => listener],
    ['NAME', ({ name }) => name],
  ],
  name: ({ name }) => `route/${routeWord(name)}`,
  called: ({ host, name, sources }) => [host, name, routeWord(name), ...sources.map((source) => `${source.namespace}/${source.name}`)],
  sourcesOf: ({ sources }) => sources,
  empty: 'There are no routes.',
};

const hosts: Inventory<HostRow> = {
  words: ['hosts', 'host'],
  types: ['scopes', 'secrets', 'listeners'],
  rows: listHostRows,
  columns: [
    ['HOST', ({ host }) => host],
    ['ROUTES', ({ routes: count }) => String(count)],
    ['CERTIFICATE', ({ certificate }) => certificate ?? '-'],
    ['CLUSTERS', ({ clusters }) => shortened(clusters)],
    ['FROM', ({ sources }) => printObjects(sources)],
  ],
  wide: [['LISTENER', ({ listener }) => listener]],
  name: ({ host }) => `host/${host}`,
  called: ({ host }) => [host],
  sourcesOf: ({ sources }) => sources,
  empty: 'There are no hosts.',
};

const clusters: Inventory<ClusterRow> = {
  words: ['clusters', 'cluster', 'backends'],
  types: ['clusters', 'endpoints'],
  rows: listClusters,
  columns: [
    ['NAME', ({ name }) => name],
    ['TYPE', ({ type }) => type],
    ['ENDPOINTS', ({ endpoints }) => String(endpoints)],
    ['BALANCING', ({ balancing }) => balancing],
    ['TLS', ({ tls }) => (tls ? 'yes' : '-')],
    ['FROM', ({ sources }) => printObjects(sources)],
  ],
  wide: [
    ['CONNECT TIMEOUT', ({ connectTimeout }) => connectTimeout],
    ['VERSION', ({ version }) => version],
  ],
  name: ({ name }) => `cluster/${name}`,
  called: ({ name }) => [name],
  sourcesOf: ({ sources }) => sources,
  contents: 'clusters',
  empty: 'There are no clusters.',
};

const endpoints: Inventory<EndpointRow> = {
  words: ['endpoints', 'endpoint', 'ep'],
  types: ['clusters', 'endpoints'],
  rows: listEndpoints,
  columns: [
    ['CLUSTER', ({ cluster }) => cluster],
    ['ADDRESS', ({ address }) => address],
    ['ZONE', ({ zone }) => zone || '-'],
  ],
  wide: [['FROM', ({ sources }) => printObjects(sources)]],
  name: ({ cluster, address }) => `endpoint/${cluster}/${address}`,
  called: ({ cluster, address }) => [cluster, address],
  sourcesOf: ({ sources }) => sources,
  contents: 'endpoints',
  empty: 'There are no endpoints.',
};

const listeners: Inventory<ListenerRow> = {
  words: ['listeners', 'listener'],
  types: ['listeners'],
  rows: listListeners,
  columns: [
    ['NAME', ({ name }) => name],
    ['ADDRESS', ({ address }) => address],
    ['PROTOCOL', ({ protocols }) => protocols.join(', ')],
    ['CHAINS', ({ chains }) => String(chains)],
    ['SERVER NAMES', ({ serverNames }) => shortened(serverNames)],
    ['FROM', ({ sources }) => printObjects(sources)],
  ],
  wide: [['VERSION', ({ version }) => version]],
  name: ({ name }) => `listener/${name}`,
  called: ({ name, address }) => [name, address],
  sourcesOf: ({ sources }) => sources,
  contents: 'listeners',
  empty: 'There are no listeners.',
};

const dayMs = 86_400_000;

const certificates: Inventory<CertificateRow> = {
  words: ['certs', 'cert', 'certificates', 'certificate'],
  types: ['secrets', 'listeners'],
  rows: listCertificates,
  columns: [
    ['NAME', ({ name }) => name],
    ['VALID FOR', ({ hosts: names }) => shortened(names)],
    ['ISSUER', ({ issuer }) => issuer || '-'],
    ['EXPIRES', ({ notAfter }) => printExpiry(notAfter)],
    ['SHOWN FOR', ({ usedFor }) => shortened(usedFor)],
    ['FROM', ({ sources }) => printObjects(sources)],
  ],
  wide: [
    ['KEY', ({ key }) => key || '-'],
    ['NOT AFTER', ({ notAfter }) => notAfter ?? '-'],
  ],
  name: ({ name }) => `cert/${name}`,
  called: ({ name, hosts: names, usedFor }) => [name, ...names, ...usedFor],
  sourcesOf: ({ sources }) => sources,
  empty: 'There are no certificates.',
};

/** A list of them, each told apart from the others by its words. */
export const inventories: readonly Inventory<unknown>[] = [routes, hosts, clusters, endpoints, listeners, certificates].map(
  (one) => one as Inventory<unknown>,
);

const shown = 3;

function shortened(all: readonly string[]): string {
  if (all.length === 0) return '-';
  return `${all.slice(0, shown).join(', ')}${all.length > shown ? ` and ${all.length - shown} more` : ''}`;
}

export function printObjects(sources: readonly Source[]): string {
  return shortened(objectsOf(sources));
}

function printCount(count: number | null): string {
  return count === null ? '-' : String(count);
}

function printExpiry(notAfter: string | null): string {
  if (notAfter === null) return '-';
  const days = Math.floor((Date.parse(notAfter) - Date.now()) / dayMs);
  return days < 0 ? `${-days} days ago` : `in ${days} days`;
}
