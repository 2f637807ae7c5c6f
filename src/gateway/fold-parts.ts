import { hostnameOf, listenerOf } from '../model/virtual-host.ts';
import type { Read } from '../store/derived-table.ts';
import type { Key, Table } from '../store/table.ts';
import type { GatewayTables } from './gateway-tables.ts';
import type { ListenerRow } from './listener-row.ts';
import type { ConnectionMember } from './model-listener.ts';
import type { ResolvedBackends } from './resolved-backends.ts';
import type { RouteTables } from './route-tables.ts';
import { ownerOfHost } from './socket-hosts.ts';
import { foldHost, type FoldedHost } from './virtual-host.ts';

/** What routes and listeners are folded from. */
export interface FoldParts {
  readonly gateways: GatewayTables;
  readonly routes: RouteTables;
  readonly resolved: Table<ResolvedBackends>;
}

/** The virtual host with this key, of the routes that speak of it; undefined where the listener takes no requests. */
export function foldAt(key: Key, members: readonly Key[], read: Read, { gateways, routes, resolved }: FoldParts): FoldedHost | undefined {
  const hostname = hostnameOf(key);
  const socket = read.get(gateways.sockets, listenerOf(key) ?? '');
  const owner = socket && ownerOfHost(socket, hostname);
  if (socket === undefined || owner === undefined || !['HTTP', 'HTTPS'].includes(owner.spec.protocol)) return undefined;
  const secure = owner.spec.protocol === 'HTTPS';
  const host = { hostname, listener: listenerOf(key) ?? '', ...(secure ? { chain: owner.key } : {}) };
  const attached = members.flatMap((member) => {
    const row = read.get(routes.rows, member);
    const found = read.get(resolved, member);
    const here = row?.attachments.some(({ at }) =>
      at.some(({ listener, hostnames }) => listener === owner.key && hostnames.includes(hostname)),
    );
    return row !== undefined && found !== undefined && here === true ? [{ route: row.route, resolved: found }] : [];
  });
  const certificate = read.get(gateways.gateways, owner.owner.gateway)?.backendCertificate?.secret;
  return foldHost(host, attached, { scheme: secure ? 'https' : 'http', port: socket.publicPort, hostname, certificate });
}

/** The routes for whole connections that a listener has. */
export function connectionMembers(
  { key: listener, owner }: ListenerRow,
  read: Read,
  { gateways, routes, resolved }: FoldParts,
): readonly ConnectionMember[] {
  const certificate = read.get(gateways.gateways, owner.gateway)?.backendCertificate?.secret;
  return (read.get(routes.byListener, listener) ?? []).flatMap((member): ConnectionMember[] => {
    const row = read.get(routes.rows, member);
    const found = read.get(resolved, member);
    const at = row?.attachments.flatMap((attachment) => attachment.at).find((one) => one.listener === listener);
    if (row === undefined || found === undefined || at === undefined) return [];
    return [{ route: row.route, resolved: found, hostnames: at.hostnames, certificate }];
  });
}
