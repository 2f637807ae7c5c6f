import type { BackendSecret } from '../model/backend-secret.ts';
import type { Certificate } from '../model/certificate.ts';
import type { UserList } from '../model/authentication.ts';
import { edgeKey, type EdgeSettings } from '../model/edge.ts';
import { defaultTlsPolicy, type HostTls } from '../model/host-tls.ts';
import type { Listener } from '../model/listener.ts';
import type { StreamListener } from '../model/stream-listener.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import { DerivedTable, type Read, type OnFailure } from '../store/derived-table.ts';
import { type DeriveResources, derivingResources } from './deriving-resources.ts';
import { IndexTable } from '../store/index-table.ts';
import { OnlyRow } from '../store/only-row.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { answeringForAll, withoutClusters } from './answering-host.ts';
import { backendSecretTables } from './tls/backend-secret-tables.ts';
import { tlsChainOf } from './scopes/chain-header.ts';
import { renderCluster } from './clusters/cluster.ts';
import { helperTables } from './helper-tables.ts';
import { ListenerTables } from './listeners/listener-tables.ts';
import { renderLoadAssignment } from './clusters/load-assignment.ts';
import type { ListenOptions } from './options.ts';
import { partSources, partVersion } from './quarantine/host-parts.ts';
import { hostVersion, type Quarantinable, type Quarantined, type RenderedHost, splitName } from './quarantine/quarantine.ts';
import { type OverlayOptions, overlayHosts, overlayResources } from './quarantine/overlay.ts';
import { ScopeTables } from './scopes/scope-tables.ts';
import { tracedHosts, withTracer } from './tracing/trace-choice.ts';
import { collectorClusterName, renderCollectorCluster } from './tracing/tracing.ts';
import { renderVirtualHost } from './routes/virtual-host.ts';

/** The Model, as tables that a translation keeps. */
export interface ModelTables {
  /** By the key of `hostKey`. */
  readonly virtualHosts: Table<VirtualHost>;
  readonly streams: Table<StreamListener>;
  readonly listeners: Table<Listener>;
  readonly upstreams: Table<Upstream>;
  readonly endpoints: Table<readonly Endpoint[]>;
  readonly certificates: Table<Certificate>;
  readonly hostCertificates: Table<HostTls>;
  /** One row at most, `defaultCertificateKey`: shown instead of the one that Naru has made itself. */
  readonly defaultCertificates: Table<Certificate>;
  readonly userLists: Table<UserList>;
  readonly backendSecrets: Table<BackendSecret>;
  /** One row at most, `edgeKey`. */
  readonly edge: Table<EdgeSettings>;
}

export interface RenderingOptions {
  readonly listen: ListenOptions;
  /** What is not to be sent as it is rendered. */
  readonly quarantine: Table<Quarantined>;
  /** How clusters are rendered; tests have another way, to make some that are refused. */
  readonly cluster?: typeof renderCluster;
  readonly onFailure: OnFailure;
}

export interface RenderedTable {
  readonly type: TypeName;
  readonly table: Table<Resource>;
}

/** Model → Envoy resources of one fleet, as tables that follow the Model. A row's key is its resource's name. */
export class Rendering {
  readonly tables: readonly FollowingTable<unknown>[];
  /** Every table of resources with the type of what is in it. */
  readonly resources: readonly RenderedTable[];
  /** Clusters and endpoints: what takes an Envoy long, and refers to nothing else. Their tables are the first ones. */
  readonly headStart: { readonly resources: readonly RenderedTable[]; readonly tables: readonly FollowingTable<unknown>[] };
  readonly #onFailure: OnFailure;
  readonly #derive: DeriveResources;
  readonly #rendered: { readonly hosts: Table<RenderedHost>; readonly resources: readonly RenderedTable[] };
  readonly #scopes: ScopeTables;

  constructor(model: ModelTables, { listen, quarantine, cluster = renderCluster, onFailure }: RenderingOptions) {
    this.#onFailure = onFailure;
    this.#derive = derivingResources(onFailure);
    const held = { quarantine, onFailure };
    const clusters = this.#derive('clusters', model.upstreams, (upstream, read) =>
      cluster(upstream, read.get(model.edge, edgeKey)?.upstreams),
    );
    const endpoints = this.#derive('load assignments', model.endpoints, (found, read, key) => {
      const upstream = read.get(model.upstreams, key);
      return upstream === undefined ? undefined : renderLoadAssignment(upstream, found);
    });
    const heldClusters = overlayResources('clusters', [clusters], held);
    const heldEndpoints = overlayResources('endpoints', [endpoints], held);
    const hosts = this.#renderHosts(model, heldClusters.leftOut, held);
    const traced = tracedHosts(model.virtualHosts);
    const edge = new DerivedTable<EdgeSettings, EdgeSettings>({
      name: 'settings of listeners',
      input: model.edge,
      compute: (settings, read) => withTracer(settings, (word) => read.get(traced, word) !== undefined),
      onFailure: (row, error) => onFailure(`settings of listeners ${row}`, error),
    });
    const listeners = new ListenerTables({ ...model, edge }, heldClusters.leftOut, listen, held);
    const secrets = backendSecretTables(model.backendSecrets, onFailure);
    const helper = helperTables(model.userLists, listen, onFailure);
    const onlyCollector = new OnlyRow(collectorClusterName);
    const collector = this.#derive('collector of traces', onlyCollector, (_, read) => renderCollectorCluster(read.get(edge, edgeKey)));

    this.#scopes = hosts.scopes;
    this.#rendered = {
      hosts: hosts.rendered,
      resources: [{ type: 'clusters', table: clusters }, { type: 'endpoints', table: endpoints }, ...listeners.rendered],
    };
    this.headStart = {
      resources: [
        { type: 'clusters', table: heldClusters.served },
        { type: 'endpoints', table: heldEndpoints.served },
      ],
      tables: [clusters, endpoints, ...heldClusters.tables, ...heldEndpoints.tables],
    };
    this.resources = [
      ...this.headStart.resources,
      ...listeners.served,
      ...helper.rendered,
      { type: 'clusters', table: collector },
      ...secrets.rendered,
      ...hosts.scopes.served.map((table) => ({ type: 'scopes', table }) as const),
    ];
    this.tables = [
      ...this.headStart.tables,
      ...hosts.tables,
      ...[traced, edge],
      ...listeners.tables,
      ...helper.tables,
      ...[onlyCollector, collector],
      ...secrets.tables,
    ];
  }

  #renderHosts({ virtualHosts, hostCertificates, listeners }: ModelTables, leftOutClusters: Table<true>, held: OverlayOptions) {
    const otherPolicies = new IndexTable('other TLS policies', hostCertificates, ({ policy }) =>
      policy === undefined || policy.name === defaultTlsPolicy.name ? [] : [policy.name],
    );
    /** Where all have the same, there is nothing to tell apart; and any host is for whom nobody has asked anything. */
    const chainOf = ({ hostname, listener, chain }: VirtualHost, read: Read): string | undefined => {
      if (listener !== undefined) return chain === undefined ? undefined : tlsChainOf({ name: chain });
      if (hostname === anyHost || read.all(otherPolicies).size === 0) return undefined;
      return tlsChainOf(read.get(hostCertificates, hostname)?.policy ?? defaultTlsPolicy);
    };
    const renderHost = (host: VirtualHost, read: Read): RenderedHost => {
      // All of them, since there is hardly ever one: a record of each read would cost every host memory.
      const leftOut = read.all(leftOutClusters);
      const usable = (one: VirtualHost) => (leftOut.size === 0 ? one : withoutClusters(one, (cluster) => leftOut.has(cluster)));
      const catchAll = needsAnyHost(host) ? read.get(virtualHosts, anyHost) : undefined;
      return { ...renderVirtualHost(usable(host), catchAll === undefined ? undefined : usable(catchAll), chainOf(host, read)), host };
    };
    const rendered = new DerivedTable<VirtualHost, RenderedHost>({
      name: 'encoded virtual hosts',
      input: virtualHosts,
      compute: (host, read) => renderHost(host, read),
      same: (a, b) => a.bytes.equals(b.bytes),
      onFailure: (key, error) => this.#onFailure(`encoded virtual host ${key}`, error),
    });
    const heldHosts = overlayHosts(rendered, held, ({ host }, read) =>
      renderVirtualHost(answeringForAll(host), undefined, chainOf(host, read)),
    );
    const scopes = new ScopeTables(heldHosts.served, listeners, this.#onFailure);
    return { rendered, scopes, tables: [otherPolicies, rendered, ...heldHosts.tables, ...scopes.tables] };
  }

  /** What was rendered of a name, whether it is served or not. A part of a host has one, too. */
  rendered(what: Quarantinable, name: Key): Pick<Resource, 'version' | 'sources'> | undefined {
    if (what === 'hosts') {
      const { hostname, owner } = splitName(name);
      const host = this.renderedHost(hostname);
      if (host === undefined || owner === undefined) return host && { version: hostVersion(host), sources: host.sources };
      const version = partVersion(host, owner);
      return version === undefined ? undefined : { version, sources: partSources(host, owner) };
    }
    return this.#rendered.resources.find(({ type, table }) => type === what && table.get(name) !== undefined)?.table.get(name);
  }

  renderedHost(name: Key): RenderedHost | undefined {
    return this.#rendered.hosts.get(name);
  }

  /** See `ScopeTables.hostsIn`. */
  hostsIn(scope: Resource | undefined): ReadonlyMap<Key, RenderedHost> {
    return this.#scopes.hostsIn(scope);
  }
}

/** Whether what is rendered for a host depends on the virtual host under any hostname. */
function needsAnyHost({ hostname, fallback, listener }: VirtualHost): boolean {
  return listener === undefined && hostname !== anyHost && (fallback === undefined || hostname.startsWith('*.'));
}
