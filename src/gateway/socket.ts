import { listenerKey } from '../model/listener.ts';
import { oldestFirst } from '../ingress/age.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import { type BalancedPorts, portKey } from './balanced-ports.ts';
import { holdsNot } from './condition.ts';
import { type GatewayRow, listenersOf } from './gateway-row.ts';
import type { ListenerRow } from './listener-row.ts';

/** An address and a port, and which listeners have it. */
export interface Socket {
  readonly address: string;
  /** That is bound. */
  readonly port: number;
  /** That clients connect to. */
  readonly publicPort: number;
  readonly transport: 'tcp' | 'udp';
  /** See `Listener.fleet`. */
  readonly fleet?: string;
  readonly listeners: readonly ListenerRow[];
  /** Key of a listener → why it has not got the socket. */
  readonly conflicts: Readonly<Record<Key, ConditionDraft>>;
}

/** The Envoys that serve a Gateway, and what they bind. */
export interface Place {
  readonly bind: readonly string[];
  /** See `Listener.fleet`. */
  readonly fleet?: string;
  /** What is bound instead of the ports that listeners say; absent: these. */
  readonly ports?: BalancedPorts;
}

export const nowhere: Place = { bind: [] };

/** The sockets that a listener wants. */
export function socketsOf(listener: ListenerRow, place: Place): readonly Key[] {
  const { bind, fleet } = place;
  const transport = transportOf(listener);
  const port = boundPort(listener, place);
  if (port === undefined) return [];
  return bind.map((address) => listenerKey({ address, port, transport, ...(fleet === undefined ? {} : { fleet }) }));
}

function transportOf({ spec: { protocol } }: ListenerRow): 'tcp' | 'udp' {
  return protocol === 'UDP' ? 'udp' : 'tcp';
}

function boundPort(listener: ListenerRow, { ports }: Place): number | undefined {
  const { port } = listener.spec;
  return ports === undefined ? port : ports[portKey(transportOf(listener), port)];
}

/** Protocols of one group can share a port; the others exclude each other. */
const groups: Readonly<Record<string, string>> = { HTTP: 'HTTP', HTTPS: 'TLS', TLS: 'TLS', TCP: 'TCP', UDP: 'UDP' };

/**
 * Divides a socket: the listeners of older Gateways come first, those of a Gateway before those of its ListenerSets, as they are written.
 * https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec (listeners)
 */
export function divideSocket(key: Key, gateways: readonly { readonly row: GatewayRow; readonly place: Place }[]): Socket | undefined {
  const byAge = oldestFirst(
    gateways.map((one) => ({ ...one, metadata: one.row.metadata })),
    'kubernetes',
  );
  const wanting = byAge.flatMap(({ row, place }) =>
    listenersOf(row).filter((listener) => listener.accepted.status === 'True' && socketsOf(listener, place).includes(key)),
  );
  const [first] = wanting;
  if (first === undefined) return undefined;
  const winners: ListenerRow[] = [];
  const conflicts: Record<Key, ConditionDraft> = {};
  for (const listener of wanting) {
    const conflict = conflictWith(winners, listener);
    if (conflict === undefined) winners.push(listener);
    else conflicts[listener.key] = conflict;
  }
  const places = byAge.flatMap(({ place }) => place.bind.map((address): Place => ({ ...place, bind: [address] })));
  const place = places.find((one) => socketsOf(first, one)[0] === key) ?? nowhere;
  const {
    bind: [address = ''],
    fleet,
  } = place;
  const port = boundPort(first, place) ?? first.spec.port;
  return {
    ...{ address, port, publicPort: first.spec.port, transport: transportOf(first) },
    ...(fleet === undefined ? {} : { fleet }),
    listeners: winners,
    conflicts,
  };
}

function conflictWith(winners: readonly ListenerRow[], { spec, hostname }: ListenerRow): ConditionDraft | undefined {
  const conflict = (reason: string, { owner, spec: other }: ListenerRow, what: string): ConditionDraft => ({
    type: 'Conflicted',
    status: 'True',
    reason,
    message: `Port ${spec.port} has ${what} already: listener ${other.name} of ${owner.kind} ${owner.metadata.namespace}/${owner.metadata.name}.`,
  });
  const other = winners.find((winner) => groups[winner.spec.protocol] !== groups[spec.protocol]);
  if (other !== undefined) return conflict('ProtocolConflict', other, `the protocol ${other.spec.protocol}`);
  const same = winners.find((winner) => winner.hostname === hostname);
  return same && conflict('HostnameConflict', same, `the hostname ${hostname}`);
}

export const noConflict: ConditionDraft = holdsNot('Conflicted', 'NoConflicts', '');
