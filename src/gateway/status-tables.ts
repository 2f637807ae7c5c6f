import type { Problem } from '../model/problem.ts';
import type { StatusDraft } from '../kube/status-draft.ts';
import type { OnFailure, Read } from '../store/derived-table.ts';
import { type Derive, deriving } from '../store/deriving.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { UnionTable } from '../store/union-table.ts';
import { PrefixedTable } from '../store/prefixed-table.ts';
import type { World } from '../store/world.ts';
import { IndexTable } from '../store/index-table.ts';
import { objectKey } from '../kube/event.ts';
import { backendTlsStatus, saysSomething } from './backend-tls-status.ts';
import { type BackendTlsTables, targetsOf } from './backend-tls-tables.ts';
import { classStatus } from './class-status.ts';
import { gatewayStatus, listenerSetStatus } from './gateway-status.ts';
import { listenersOf } from './gateway-row.ts';
import type { GatewayTables } from './gateway-tables.ts';
import type { ResolvedBackends } from './resolved-backends.ts';
import { backendUses } from './route-row.ts';
import type { EdgeTables, GatewayOptions } from './options.ts';
import { routeStatus, withoutParents } from './route-status.ts';
import { sharedHosts } from './shared-hosts.ts';
import { problemsOf } from './status-problems.ts';
import type { RouteTables } from './route-tables.ts';
import { nowhere, socketsOf } from './socket.ts';

export interface StatusSources {
  readonly gateways: GatewayTables;
  readonly routes: RouteTables;
  readonly resolved: Table<ResolvedBackends>;
  readonly backendTls: BackendTlsTables;
  readonly edge: EdgeTables;
  readonly options: GatewayOptions;
}

type Named = Pick<GatewayOptions, 'controllerName'>;

/** What the statuses of all objects of the Gateway API are to say. */
export class StatusTables {
  readonly tables: readonly FollowingTable<unknown>[];
  /** By `Gateway shop/web`. */
  readonly drafts: Table<StatusDraft>;
  readonly reporting: readonly Table<{ readonly problems: readonly Problem[] }>[];
  /** Key of a Gateway → keys of its listeners in the Model. */
  readonly socketsOfGateway: Table<readonly Key[]>;
  readonly #derive: Derive;

  constructor(world: World, { gateways, routes, resolved, backendTls, edge, options }: StatusSources, onFailure: OnFailure) {
    this.#derive = deriving(onFailure);
    const { controllerName, loadBalancers } = options;
    const sockets = this.#derive('sockets of gateways', gateways.gateways, (row, read, key): readonly Key[] => {
      const place = read.get(gateways.addresses, key) ?? nowhere;
      return [...new Set(listenersOf(row).flatMap((listener) => socketsOf(listener, place)))];
    });
    const lookup = (key: Key, read: Read) => ({
      address: read.get(gateways.addresses, key),
      conflict: (listener: Key) => {
        for (const socket of read.get(sockets, key) ?? []) {
          const found = read.get(gateways.sockets, socket)?.conflicts[listener];
          if (found !== undefined) return found;
        }
        return undefined;
      },
      attachedRoutes: (listener: Key) => read.get(routes.byListener, listener)?.length ?? 0,
    });
    const classes = this.#derive('class status', world.objects.GatewayClass, (one): StatusDraft | undefined =>
      one.spec.controllerName === controllerName ? classStatus(one, loadBalancers !== undefined) : undefined,
    );
    const ofGateways = this.#derive(
      'gateway status',
      gateways.gateways,
      (row, read, key): StatusDraft => gatewayStatus(row, lookup(key, read)),
    );
    const ofSets = this.#derive(
      'listener set status',
      world.objects.ListenerSet,
      ({ metadata, spec }, read, key): StatusDraft | undefined => {
        const gateway = `${spec.parentRef.namespace ?? metadata.namespace}/${spec.parentRef.name}`;
        const row = read.get(gateways.gateways, gateway);
        const set = row?.sets.find((one) => one.key === key);
        return row === undefined || set === undefined ? undefined : listenerSetStatus(row, set, lookup(gateway, read));
      },
    );
    const ofRoutes = this.#ofRoutes({ routes, resolved, controllerName });
    const ofPolicies = this.#ofPolicies(world, { routes, backendTls, controllerName });
    const prefixed = [
      new PrefixedTable('GatewayClass ', classes),
      new PrefixedTable('Gateway ', ofGateways),
      new PrefixedTable('ListenerSet ', ofSets),
      new PrefixedTable('BackendTLSPolicy ', ofPolicies.table),
    ];
    const drafts = new UnionTable<StatusDraft>('status drafts', [...prefixed, ofRoutes]);
    const told = this.#derive('status problems', drafts, (draft) => reported(problemsOf(draft)));
    const shared = this.#derive('shared hosts', routes.rows, (row, read) =>
      reported(sharedHosts(row, (host) => read.get(edge.hosts, host))),
    );
    this.drafts = drafts;
    this.reporting = [told, shared];
    this.socketsOfGateway = sockets;
    this.tables = [sockets, classes, ofGateways, ofSets, ofRoutes, ...ofPolicies.tables, ...prefixed, drafts, told, shared];
  }

  #ofRoutes({ routes, resolved, controllerName }: Pick<StatusSources, 'routes' | 'resolved'> & Named) {
    return this.#derive('route status', routes.objects, (route, read, key): StatusDraft | undefined => {
      const row = read.get(routes.rows, key);
      if (row === undefined) return saysSomething(route.status, controllerName) ? withoutParents(route) : undefined;
      const backends = read.get(resolved, key);
      return backends && routeStatus(row, backends);
    });
  }

  #ofPolicies(world: World, { routes, backendTls, controllerName }: Pick<StatusSources, 'routes' | 'backendTls'> & Named) {
    const users = new IndexTable('routes by service', routes.rows, ({ route }) =>
      backendUses(route).map(({ backend }) => objectKey(backend.namespace ?? route.metadata.namespace, backend.name)),
    );
    const table = this.#derive('backend TLS status', world.objects.BackendTLSPolicy, (policy, read, key): StatusDraft | undefined => {
      const row = read.get(backendTls.rows, key);
      if (row === undefined) return undefined;
      const using = targetsOf(policy).flatMap(({ service }) => read.get(users, service) ?? []);
      const through = using
        .flatMap((route) => read.get(routes.rows, route)?.attachments ?? [])
        .flatMap(({ at, gateway }) => (at.length > 0 ? [gateway] : []));
      return backendTlsStatus(policy, row, backendTls.rivalOf(row, read), [...new Set(through)].sort(), controllerName);
    });
    return { table, tables: [users, table] };
  }
}

function reported(problems: readonly Problem[]): { readonly problems: readonly Problem[] } | undefined {
  return problems.length === 0 ? undefined : { problems };
}
