import type { RouteKind } from '../kube/gateway-objects.ts';
import { hostKey } from '../model/virtual-host.ts';
import type { Read, OnFailure } from '../store/derived-table.ts';
import { deriving } from '../store/deriving.ts';
import { IndexTable } from '../store/index-table.ts';
import { PrefixedTable } from '../store/prefixed-table.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { UnionTable } from '../store/union-table.ts';
import type { World } from '../store/world.ts';
import { allowsNamespace } from './allowed-namespaces.ts';
import { attach, type Attachment, type Parent, parentOf } from './attachment.ts';
import { type GatewayTables, withoutStatus } from './gateway-tables.ts';
import { listenersOf } from './gateway-row.ts';
import type { ListenerRow } from './listener-row.ts';
import type { RouteObject, RouteRow, RouteText } from './route-row.ts';
import { nowhere, socketsOf } from './socket.ts';
import { ownerOfHost } from './socket-hosts.ts';

const routeKinds: readonly RouteKind[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'];

/** Routes of all kinds, and the listeners to which they are attached. */
export class RouteTables {
  readonly tables: readonly FollowingTable<unknown>[];
  /** By `HTTPRoute shop/web`, as are the rows. */
  readonly objects: Table<RouteObject>;
  /** Routes with a parent that is ours. */
  readonly rows: Table<RouteRow>;
  /** Key of a listener → routes that it takes. */
  readonly byListener: Table<readonly Key[]>;
  /** Key of a virtual host → routes that speak of it. A listener speaks of its own hostname. */
  readonly byHost: Table<readonly Key[]>;
  readonly #world: World;
  readonly #gateways: GatewayTables;

  constructor(world: World, gateways: GatewayTables, onFailure: OnFailure) {
    this.#world = world;
    this.#gateways = gateways;
    const objects = routeKinds.map((kind) => new PrefixedTable<RouteObject>(`${kind} `, world.objects[kind]));
    const all = new UnionTable('routes', objects);
    const derive = deriving(onFailure);
    const rows = derive('route rows', all, (route, read) => this.#read(route, read));
    const byListener = new IndexTable('routes by listener', rows, ({ attachments }) =>
      attachments.flatMap(({ at }) => at.map(({ listener }) => listener)),
    );
    const hosts = derive('hosts of routes', rows, (row, read) => this.#hostsOf(row, read));
    const listenerHosts = derive('hosts of listeners', gateways.sockets, ({ listeners }, _, socket) =>
      listeners.map(({ hostname }) => hostKey(hostname, socket)),
    );
    const speakers = new UnionTable<readonly Key[]>('speakers', [hosts, listenerHosts]);
    const byHost = new IndexTable('routes by host', speakers, (keys) => keys);
    this.objects = all;
    this.rows = rows;
    this.byListener = byListener;
    this.byHost = byHost;
    this.tables = [...objects, all, rows, byListener, hosts, listenerHosts, speakers, byHost];
  }

  #read(route: RouteObject, read: Read): RouteRow | undefined {
    const { namespace } = route.metadata;
    const allows = ({ spec, owner }: ListenerRow, of: string): boolean =>
      allowsNamespace(spec.allowedRoutes.namespaces, owner.metadata.namespace, of, read, this.#world);
    const attachments = route.spec.parentRefs.flatMap((parentRef): Attachment[] => {
      const key = parentOf(parentRef, namespace);
      const parent = key === undefined ? undefined : this.#parent(key, read);
      return parent === undefined ? [] : [attach(route, parentRef, parent, allows)];
    });
    return attachments.length === 0 ? undefined : { route: withoutStatus(route) as RouteText, attachments };
  }

  /** `key`: see `parentOf`. */
  #parent(key: Key, read: Read): Parent | undefined {
    const [kind, name = ''] = key.split(' ');
    if (kind === 'Gateway') {
      const row = read.get(this.#gateways.gateways, name);
      return row && { gateway: name, listeners: row.listeners };
    }
    const set = read.get(this.#world.objects.ListenerSet, name);
    if (set === undefined) return undefined;
    const gateway = `${set.spec.parentRef.namespace ?? set.metadata.namespace}/${set.spec.parentRef.name}`;
    const found = read.get(this.#gateways.gateways, gateway)?.sets.find((one) => one.key === name);
    return found && { gateway, listeners: found.allowed ? found.listeners : [] };
  }

  /** Where a listener has lost a hostname to a more specific one, its routes do not speak of it. */
  #hostsOf({ attachments }: RouteRow, read: Read): readonly Key[] {
    const keys = attachments.flatMap(({ gateway, at }) => {
      const row = read.get(this.#gateways.gateways, gateway);
      const place = read.get(this.#gateways.addresses, gateway) ?? nowhere;
      const listeners = row === undefined ? [] : listenersOf(row);
      return at.flatMap(({ listener, hostnames }) => {
        const found = listeners.find(({ key }) => key === listener);
        const sockets = found === undefined ? [] : socketsOf(found, place);
        return sockets.flatMap((key) => {
          const socket = read.get(this.#gateways.sockets, key);
          return socket === undefined
            ? []
            : hostnames.filter((hostname) => ownerOfHost(socket, hostname)?.key === listener).map((hostname) => hostKey(hostname, key));
        });
      });
    });
    return [...new Set(keys)];
  }
}
