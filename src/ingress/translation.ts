import type { BackendSecret } from '../model/backend-secret.ts';
import type { UserList } from '../model/authentication.ts';
import type { EdgeSettings } from '../model/edge.ts';
import type { Problem } from '../model/problem.ts';
import type { Certificate } from '../model/certificate.ts';
import type { StreamListener } from '../model/stream-listener.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { OnFailure, Read } from '../store/derived-table.ts';
import { type Derive, deriving } from '../store/deriving.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import type { World } from '../store/world.ts';
import { serviceRef } from './backends/backend.ts';
import { backendSecretTables } from './backends/backend-secret.ts';
import { BackendTables } from './backends/backend-tables.ts';
import { CertificateTables } from './tls/certificate-tables.ts';
import type { ControllerConfig } from './config/index.ts';
import { configTables, controller } from './config/tables.ts';
import { guardHost } from './guards/guard-host.ts';
import type { HostCertificateRow } from './tls/host-certificate.ts';
import { wwwRedirect } from './host-role.ts';
import { HostTables } from './host-tables.ts';
import { backendSecretsOf, type IngressRow, readIngress } from './ingress-row.ts';
import type { IngressOptions } from './options.ts';
import { ServiceCanaries } from './canaries/service-canaries.ts';
import { StreamEntries, StreamTables } from './streams/stream-tables.ts';
import { UsedUpstreams } from './used-upstreams.ts';
import { userListTables } from './access/user-list-tables.ts';
import { foldForRole, type VirtualHostRow } from './virtual-host.ts';

export interface TranslationOptions {
  readonly ingress: IngressOptions;
  readonly onFailure: OnFailure;
}

/**
 * World → Model for Ingress, as tables that follow the World. They are declared in the order in which they are
 * refreshed: each reads only what stands above it.
 */
export class IngressTranslation {
  readonly tables: readonly FollowingTable<unknown>[];
  /** The controller's ConfigMap, read: one row, `controller`. */
  readonly config: Table<ControllerConfig>;
  /** What it says of listeners. */
  readonly edge: Table<EdgeSettings>;
  /** See `ConfigTables`. */
  readonly stapling: Table<boolean>;
  readonly ingresses: Table<IngressRow>;
  /** Hostname → keys of the Ingresses that speak of it. */
  readonly hosts: Table<readonly Key[]>;
  readonly upstreams: Table<Upstream>;
  readonly endpoints: Table<readonly Endpoint[]>;
  readonly virtualHosts: Table<VirtualHost>;
  readonly streams: Table<StreamListener>;
  readonly certificates: Table<Certificate>;
  /** Hostname → key of its certificate. */
  readonly hostCertificates: Table<HostCertificateRow>;
  readonly defaultCertificates: Table<Certificate>;
  readonly userLists: Table<UserList>;
  readonly backendSecrets: Table<BackendSecret>;
  /** Tables whose rows carry problems. */
  readonly reporting: readonly Table<{ readonly problems: readonly Problem[] }>[];

  readonly #derive: Derive;

  constructor(world: World, { ingress: options, onFailure }: TranslationOptions) {
    this.#derive = deriving(onFailure);
    const config = configTables(world, options, onFailure);
    const sources = { world, annotationDefaults: config.annotationDefaults };
    const ingresses = this.#derive(
      'ingresses',
      world.objects.Ingress,
      (ingress, read): IngressRow => readIngress(ingress, read, sources, options),
    );

    const { backends, ports, pods, readiness, streams, ...behind } = reachable(world, ingresses, options, onFailure);
    const hostTables = new HostTables({ ingresses, options, onFailure });
    const { hosts, roles } = hostTables;
    const tls = new CertificateTables(world, { ingresses, roles, options, stapling: config.stapling, onFailure });
    const { compatibility, defaultBackendService } = options;
    const rowsOf = hostTables.rowsOf.bind(hostTables);
    const lookupFor = (read: Read) => ({
      backend: (ref: Key) => read.get(backends, ref),
      isReady: (upstream: Key) => read.get(readiness, upstream) === true,
      defaultService: defaultBackendService,
      compatibility,
      sslPassthrough: options.sslPassthrough,
    });
    const canaries = new ServiceCanaries({ hosts, rowsOf, lookupFor, compatibility, onFailure });
    const folds = this.#derive('folds', roles, (role, read, hostname): VirtualHostRow => {
      const lookup = { ...lookupFor(read), canariesOf: (upstream: Key) => canaries.of(upstream, read) };
      const settings = read.get(config.redirectSettings, controller) ?? { status: 308, exempt: [] };
      if (role.type === 'www') return { virtualHost: wwwRedirect(hostname, role, settings), upstreams: new Map(), problems: [] };
      const row = foldForRole(hostname, role, lookup);
      if (row.virtualHost === undefined) return row;
      const guards = { config, tls, https: options.https, settings, rows: role.rows };
      return { ...row, virtualHost: guardHost(row.virtualHost, read, guards) };
    });
    const virtualHosts = this.#derive('virtualHosts', folds, ({ virtualHost }): VirtualHost | undefined => virtualHost);

    const secrets = backendSecretTables(world, ingresses, backendSecretsOf, onFailure);
    const { backendSecrets } = secrets;
    const used = new UsedUpstreams({ folds, streams, ports, pods, backendSecrets, world, onFailure });

    const users = userListTables(world, ingresses, onFailure);

    this.config = config.config;
    this.edge = config.edge;
    this.stapling = config.stapling;
    this.ingresses = ingresses;
    this.hosts = hosts;
    this.upstreams = used.upstreams;
    this.endpoints = used.endpoints;
    this.virtualHosts = virtualHosts;
    this.streams = streams.listeners;
    this.certificates = tls.certificates;
    this.hostCertificates = tls.hostCertificates;
    this.defaultCertificates = tls.defaultCertificates;
    this.userLists = users.userLists;
    this.backendSecrets = backendSecrets;
    this.reporting = [...config.reporting, ingresses, folds, ...behind.reporting, ...tls.reporting];
    this.tables = [
      ...[world.slicesByService, ...config.tables],
      ...[ingresses, ...behind.tables],
      ...[...hostTables.tables, ...tls.tables, ...canaries.tables, folds, virtualHosts, ...secrets.tables, ...used.tables],
      ...users.tables,
    ];
  }
}

/** The backends that Ingresses and TCP and UDP services name, and the ports of the latter. */
function reachable(world: World, ingresses: Table<IngressRow>, options: IngressOptions, onFailure: OnFailure) {
  const { defaultBackendService } = options;
  const defaultBackend = defaultBackendService === undefined ? [] : [serviceRef(defaultBackendService)];
  const entries = new StreamEntries(world, options.streams, onFailure);
  const behind = new BackendTables(world, { ingresses, defaultBackend, otherRefs: entries.refs, options, onFailure });
  const { backends, ports, pods, readiness } = behind;
  const streams = new StreamTables(entries, backends, onFailure);
  return {
    ...{ backends, ports, pods, readiness, streams },
    reporting: [behind.reporting, ...streams.reporting],
    tables: [...entries.tables, ...behind.tables, ...streams.tables],
  };
}
