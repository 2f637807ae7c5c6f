import { BackendTables } from '../ingress/backends/backend-tables.ts';
import type { IngressRow } from '../ingress/ingress-row.ts';
import type { IngressOptions } from '../ingress/options.ts';
import { type UpstreamUse, withPolicy } from '../ingress/backends/upstream-uses.ts';
import type { BackendSecret } from '../model/backend-secret.ts';
import type { Certificate } from '../model/certificate.ts';
import type { Listener } from '../model/listener.ts';
import type { Problem } from '../model/problem.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { OnFailure, Read } from '../store/derived-table.ts';
import { type Derive, deriving } from '../store/deriving.ts';
import { IndexTable } from '../store/index-table.ts';
import { type FollowingTable, type Key, SourceTable, type Table } from '../store/table.ts';
import { UnionTable } from '../store/union-table.ts';
import type { World } from '../store/world.ts';
import { AbsentParents } from './absent-parents.ts';
import { BackendTlsTables } from './backend-tls-tables.ts';
import type { GatewayRow } from './gateway-row.ts';
import type { RouteRow } from './route-row.ts';
import { GatewayTables } from './gateway-tables.ts';
import { connectionMembers, foldAt, type FoldParts } from './fold-parts.ts';
import { foldListener } from './model-listener.ts';
import type { EdgeTables, GatewayOptions } from './options.ts';
import { backendUses } from './route-row.ts';
import { RouteTables } from './route-tables.ts';
import { resolveBackends, serviceRefOf } from './resolved-backends.ts';
import { StatusTables } from './status-tables.ts';
import type { FoldedHost } from './virtual-host.ts';

export interface GatewayTranslationOptions {
  readonly gateway: GatewayOptions;
  readonly edge: EdgeTables;
  /** How backends are looked up. */
  readonly ingress: IngressOptions;
  readonly onFailure: OnFailure;
}

/** World → Model for the Gateway API, as tables that follow the World; in the order in which they are refreshed. */
export class GatewayTranslation {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly listeners: Table<Listener>;
  readonly virtualHosts: Table<VirtualHost>;
  readonly upstreams: Table<Upstream>;
  readonly endpoints: Table<readonly Endpoint[]>;
  readonly certificates: Table<Certificate>;
  readonly backendSecrets: Table<BackendSecret>;
  readonly gateways: Table<GatewayRow>;
  /** By `HTTPRoute shop/web`. */
  readonly routes: Table<RouteRow>;
  readonly places: Pick<GatewayTables, 'addresses' | 'madeServices'>;
  readonly statuses: StatusTables;
  readonly controllerName: string;
  readonly reporting: readonly Table<{ readonly problems: readonly Problem[] }>[];
  readonly #onFailure: OnFailure;
  readonly #derive: Derive;

  constructor(world: World, { gateway, edge, ingress, onFailure }: GatewayTranslationOptions) {
    this.#onFailure = onFailure;
    this.#derive = deriving(onFailure);
    this.controllerName = gateway.controllerName;
    const gateways = new GatewayTables(world, gateway, edge, onFailure);
    const routes = new RouteTables(world, gateways, onFailure);
    const backendTls = new BackendTlsTables(world, onFailure);
    const backendSecrets = new UnionTable('secrets for backends', [backendTls.secrets, gateways.backendSecrets]);
    const { refs, backends, ports, pods, ...behind } = this.#behind(world, routes, ingress);
    const resolved = this.#derive('resolved backends', routes.rows, ({ route }, read) =>
      resolveBackends(route, {
        backend: (ref) => read.get(backends, ref),
        port: (service, port) => read.get(world.objects.Service, service)?.spec.ports.find((one) => one.port === port),
        tls: (service, port) => backendTls.policyFor(service, port, read),
        mayRefer: (to) => gateways.mayRefer({ kind: route.kind, namespace: route.metadata.namespace }, to, read),
      }),
    );
    const parts: FoldParts = { gateways, routes, resolved };
    const folds = this.#derive('gateway folds', routes.byHost, (members, read, key) => foldAt(key, members, read, parts));
    const virtualHosts = this.#derive('gateway virtualHosts', folds, ({ virtualHost }): VirtualHost => virtualHost);
    const listenerFolds = this.#derive('listener folds', gateways.sockets, (socket, read, key) =>
      foldListener(key, socket, (listener) => connectionMembers(listener, read, parts)),
    );
    const users = new UnionTable<Pick<FoldedHost, 'upstreams'>>('users of upstreams', [folds, listenerFolds]);
    const uses = new IndexTable('gateway upstreamUses', users, ({ upstreams: used }) => used.keys());
    const useOf = (key: Key, [user = '']: readonly Key[], read: Read): UpstreamUse | undefined => read.get(users, user)?.upstreams.get(key);
    const upstreams = this.#derive('gateway upstreams', uses, (hosts, read, key) => {
      const use = useOf(key, hosts, read);
      return use && withPolicy(key, use, read.get(ports, use.base));
    });
    const endpoints = this.#derive('gateway endpoints', uses, (hosts, read, key) => {
      const use = useOf(key, hosts, read);
      return use && read.get(pods, use.base);
    });
    const listeners = this.#derive('listeners', listenerFolds, ({ listener }): Listener => listener);
    this.statuses = new StatusTables(world, { gateways, routes, resolved, backendTls, edge, options: gateway }, onFailure);
    const absent = new AbsentParents(world, routes.objects, onFailure);
    this.gateways = gateways.gateways;
    this.routes = routes.rows;
    this.places = gateways;
    this.listeners = listeners;
    this.virtualHosts = virtualHosts;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.certificates = gateways.certificates;
    this.backendSecrets = backendSecrets;
    this.reporting = [gateways.staples, resolved, backendTls.rows, absent.reporting, ...this.statuses.reporting];
    this.tables = [
      ...[...gateways.tables, ...routes.tables, ...backendTls.tables, backendSecrets, refs, ...behind.tables, resolved],
      ...[folds, virtualHosts, listenerFolds, users, uses, upstreams, endpoints, listeners, ...this.statuses.tables, ...absent.tables],
    ];
  }

  /** What the backends of routes stand for. */
  #behind(world: World, { rows }: RouteTables, options: IngressOptions) {
    const refs = new IndexTable('gateway backendRefs', rows, ({ route }) =>
      backendUses(route).flatMap((use) => serviceRefOf(use, route) ?? []),
    );
    const ingresses = new SourceTable<IngressRow>('no Ingresses');
    const { backends, ports, pods, tables } = new BackendTables(world, {
      ingresses,
      defaultBackend: [],
      otherRefs: refs,
      options,
      onFailure: this.#onFailure,
    });
    return { refs, backends, ports, pods, tables };
  }
}
