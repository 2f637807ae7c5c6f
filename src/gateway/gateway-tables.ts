import { type BackendSecretReading, readBackendSecret } from '../ingress/backends/backend-secret.ts';
import type { CertificateRow } from '../ingress/tls/certificate.ts';
import { controller } from '../ingress/config/tables.ts';
import { readServedCertificate, stapleProblems } from '../ingress/tls/stapling.ts';
import { objectKey } from '../kube/event.ts';
import type { Gateway, ListenerSet } from '../kube/gateway-objects.ts';
import type { BackendSecret } from '../model/backend-secret.ts';
import type { Certificate } from '../model/certificate.ts';
import type { Problem } from '../model/problem.ts';
import { printSource } from '../model/source.ts';
import { certificatesNamed } from '../kube/kinds/gateway/gateway.ts';
import type { OnFailure, Read } from '../store/derived-table.ts';
import { type Derive, deriving } from '../store/deriving.ts';
import { IndexTable } from '../store/index-table.ts';
import { OnlyRow } from '../store/only-row.ts';
import { PrefixedTable } from '../store/prefixed-table.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { UnionTable } from '../store/union-table.ts';
import type { World } from '../store/world.ts';
import { AddressPool } from './address-pool.ts';
import { type AddressRow, allocate } from './addresses.ts';
import { allowsNamespace } from './allowed-namespaces.ts';
import { readBackendCertificate } from './backend-certificate.ts';
import { readClients } from './client-validation.ts';
import { allocateBlocks, blockSize, portsInBlock } from './balanced-ports.ts';
import { holdsNot } from './condition.ts';
import { type GatewayRow, listenersOf, readGateway } from './gateway-row.ts';
import { gatewayGroup, type GrantsByNamespace, mayRefer, type Referred, type Referrer } from './grants.ts';
import type { EdgeTables, GatewayOptions } from './options.ts';
import { gatewayOfService, type Infrastructure, infrastructureOf, podPorts, serviceOf } from './infrastructure.ts';
import { serviceAddresses } from './service-addresses.ts';
import { divideSocket, nowhere, type Socket, socketsOf } from './socket.ts';

const everyGateway = 'gateways';

/** Which Gateways are ours, where they are, and which of their listeners has which socket. */
export class GatewayTables {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly gateways: Table<GatewayRow>;
  /** By the key of the Gateway. */
  readonly addresses: Table<AddressRow>;
  /** By the key of the listener in the Model. */
  readonly sockets: Table<Socket>;
  readonly certificates: Table<Certificate>;
  /** What is wrong with the OCSP responses beside certificates. */
  readonly staples: Table<{ readonly problems: readonly Problem[] }>;
  /** What Gateways show to backends. */
  readonly backendSecrets: Table<BackendSecret>;
  /** Gateway → keys of the Services that were made for it. */
  readonly madeServices: Table<readonly Key[]>;
  readonly #world: World;
  readonly #options: GatewayOptions;
  readonly #edge: EdgeTables;
  readonly #grants: GrantsByNamespace;
  readonly #derive: Derive;

  constructor(world: World, options: GatewayOptions, edge: EdgeTables, onFailure: OnFailure) {
    this.#world = world;
    this.#options = options;
    this.#edge = edge;
    this.#derive = deriving(onFailure);
    this.#grants = new IndexTable('grants by namespace', world.objects.ReferenceGrant, ({ metadata }) => [metadata.namespace]);
    const texts = this.#derive('gateway texts', world.objects.Gateway, withoutStatus);
    const setTexts = this.#derive('listener set texts', world.objects.ListenerSet, withoutStatus);
    const sets = new IndexTable('listener sets', setTexts, gatewayOfSet);
    const secrets = this.#certificateRows(texts, setTexts);
    const gateways = this.#derive('gateways', texts, (gateway, read, key): GatewayRow | undefined => {
      const infrastructure = this.#infrastructure(gateway, read);
      if (infrastructure === undefined) return undefined;
      const ofGateway = (read.get(sets, key) ?? []).flatMap((set) => read.get(setTexts, set) ?? []);
      const granted = (to: Referred) => this.mayRefer({ kind: 'Gateway', namespace: gateway.metadata.namespace }, to, read);
      return readGateway(gateway, ofGateway, {
        infrastructure,
        portOwner: (port, transport) => this.#portOwner(port, transport, infrastructure, read),
        certificate: (secret) => read.get(secrets.rows, secret),
        clients: (port) => readClients(gateway, port, { configMap: (map) => read.get(world.objects.ConfigMap, map), mayRefer: granted }),
        backendCertificate: readBackendCertificate(gateway, { secret: (secret) => this.#backendSecret(secret, read), mayRefer: granted }),
        mayRefer: ({ kind, metadata: { namespace } }, to) => this.mayRefer({ kind, namespace }, to, read),
        allowsSet: ({ metadata, spec }, set) =>
          allowsNamespace(spec.allowedListeners, metadata.namespace, set.metadata.namespace, read, world),
      });
    });
    const shown = new IndexTable('certificates for backends', gateways, ({ backendCertificate }) =>
      backendCertificate?.secret === undefined ? [] : [backendCertificate.secret],
    );
    const backendSecrets = this.#derive('gateway backend secrets', shown, (_, read, key) => {
      const reading = this.#backendSecret(key, read);
      return reading.ok ? reading.secret : undefined;
    });
    const addresses = this.#addresses(gateways);
    const made = new IndexTable('services of gateways', world.objects.Service, (service) =>
      [gatewayOfService(service)].filter((key) => key !== undefined),
    );
    const claimed = new IndexTable('claimed sockets', addresses.withGateways, (found) => found.sockets);
    const sockets = this.#derive('sockets', claimed, (keys, read, socket) =>
      divideSocket(
        socket,
        keys.flatMap((key) => {
          const row = read.get(gateways, key);
          return row === undefined ? [] : [{ row, place: read.get(addresses.rows, key) ?? nowhere }];
        }),
      ),
    );
    this.gateways = gateways;
    this.madeServices = made;
    this.addresses = addresses.rows;
    this.sockets = sockets;
    this.certificates = secrets.certificates;
    this.staples = secrets.staples;
    this.backendSecrets = backendSecrets;
    this.tables = [
      ...[this.#grants, texts, setTexts, sets, ...secrets.tables, gateways, shown, backendSecrets, made],
      ...[...addresses.tables, claimed, sockets],
    ];
  }

  mayRefer(from: Referrer, to: Referred, read: Read): boolean {
    return mayRefer(from, to, read, this.#world, this.#grants);
  }

  /** Nobody else has a port of an address of its own. */
  #portOwner(port: number, transport: 'tcp' | 'udp', infrastructure: Infrastructure, read: Read): string | undefined {
    if (infrastructure === 'load-balancer') return undefined;
    if (infrastructure === 'own') return transport === 'tcp' && podPorts.includes(port) ? "the Envoys' own metrics and probes" : undefined;
    if (this.#options.addressPool !== undefined) return undefined;
    if (this.#isBalanced(port)) return 'Gateways with a load balancer (--gateway-ports)';
    return this.#edgeOwner(port, transport, read);
  }

  #isBalanced(port: number): boolean {
    const { first = Infinity, last = 0 } = this.#options.loadBalancers?.ports ?? {};
    return first <= port && port <= last;
  }

  #edgeOwner(port: number, transport: 'tcp' | 'udp', read: Read): string | undefined {
    if (transport === 'tcp' && this.#options.edgePorts?.includes(port) === true) return 'Ingresses';
    const [source] = read.get(this.#edge.streams, `${transport}/${port}`)?.sources ?? [];
    return source && `a ${transport.toUpperCase()} service of ${printSource({ ...source, field: '' }).trim()}`;
  }

  #backendSecret(key: Key, read: Read): BackendSecretReading {
    return readBackendSecret(key, read.get(this.#world.objects.Secret, key));
  }

  /** By which Envoys a Gateway is served; undefined: it is not ours, or its class is not accepted. */
  #infrastructure({ spec }: Pick<Gateway, 'spec'>, read: Read): Infrastructure | undefined {
    const found = read.get(this.#world.objects.GatewayClass, spec.gatewayClassName);
    if (found?.spec.controllerName !== this.#options.controllerName || found.spec.parametersRef !== undefined) return undefined;
    const infrastructure = infrastructureOf(found);
    return infrastructure === 'load-balancer' && this.#options.loadBalancers === undefined ? undefined : infrastructure;
  }

  #certificateRows(gateways: Table<Pick<Gateway, 'metadata' | 'spec'>>, sets: Table<Pick<ListenerSet, 'metadata' | 'spec'>>) {
    const parts = [new PrefixedTable('Gateway ', gateways), new PrefixedTable('ListenerSet ', sets)];
    const all = new UnionTable<Pick<Gateway, 'metadata'> & { readonly spec: Pick<ListenerSet['spec'], 'listeners'> }>(
      'listener texts',
      parts,
    );
    const named = new IndexTable('certificates of gateways', all, ({ metadata, spec }) =>
      certificatesNamed(metadata.namespace, spec.listeners),
    );
    const rows = this.#derive('gateway secrets', named, (_, read, key): CertificateRow => {
      const stapling = read.get(this.#edge.stapling, controller) === true;
      return readServedCertificate(key, read.get(this.#world.objects.Secret, key), stapling);
    });
    const certificates = this.#derive('gateway certificates', rows, (row): Certificate | undefined =>
      row.ok ? row.certificate : undefined,
    );
    const staples = this.#derive('gateway staples', rows, (row, read) => stapleProblems(row, () => read.get(this.#world.clock, 'now')));
    return { rows, certificates, staples, tables: [...parts, all, named, rows, certificates, staples] };
  }

  #addresses(gateways: Table<GatewayRow>) {
    const { address, addressPool } = this.#options;
    const pool = addressPool === undefined ? undefined : new AddressPool(addressPool);
    const only = new OnlyRow(everyGateway);
    const allocation = this.#derive('address allocation', only, (_, read) => {
      if (pool === undefined) return undefined;
      // The objects themselves, because their status says which address each has had.
      const sharing = [...read.all(gateways)].flatMap(([key, { infrastructure }]) => (infrastructure === 'shared' ? [key] : []));
      const ours = sharing.flatMap((key) => read.get(this.#world.objects.Gateway, key) ?? []);
      return allocate(ours, pool, [address]);
    });
    const blocks = this.#derive('blocks of ports', only, (_, read) => {
      const { loadBalancers } = this.#options;
      if (loadBalancers === undefined) return undefined;
      const balanced = [...read.all(gateways)].flatMap(([, row]) => (row.infrastructure === 'load-balancer' ? [row] : []));
      return allocateBlocks(balanced, loadBalancers.ports);
    });
    const rows = this.#derive('addresses', gateways, (row, read, key): AddressRow | undefined => {
      if (row.infrastructure !== 'shared') return this.#withService(row, read.get(blocks, everyGateway)?.get(key), read);
      return pool === undefined ? { bind: [address] } : read.get(allocation, everyGateway)?.get(key);
    });
    const withGateways = this.#derive('claims of gateways', gateways, (row, read, key) => {
      const place = read.get(rows, key) ?? nowhere;
      return { sockets: [...new Set(listenersOf(row).flatMap((listener) => socketsOf(listener, place)))] };
    });
    return { rows, withGateways, tables: [only, allocation, blocks, rows, withGateways] };
  }

  #withService(row: GatewayRow, block: number | undefined, read: Read): AddressRow {
    const { address, loadBalancers } = this.#options;
    const name = serviceOf(row, loadBalancers?.namespace ?? '');
    const service = read.get(this.#world.objects.Service, name);
    if (row.fleet !== undefined) return serviceAddresses(row, { bind: [address], fleet: row.fleet }, name, service);
    if (block === undefined) return { bind: [], shown: [], programmed: noPorts('All ports of --gateway-ports are taken.') };
    const { ports, missing } = portsInBlock(row, block, (port, transport) => this.#edgeOwner(port, transport, read) === undefined);
    const placed = serviceAddresses(row, { bind: [address], ports }, name, service);
    return missing ? { ...placed, programmed: noPorts(`It can have ${blockSize} ports, and wants more.`) } : placed;
  }
}

function noPorts(message: string) {
  return holdsNot('Programmed', 'NoResources', message);
}

/** What programs write into a status must not look like a change of what is asked for. */
export function withoutStatus<T extends { readonly status?: unknown }>({ status: _status, ...text }: T): Omit<T, 'status'> {
  return text;
}

function gatewayOfSet({ metadata, spec: { parentRef } }: Pick<ListenerSet, 'metadata' | 'spec'>): readonly Key[] {
  const { group, kind, name, namespace = metadata.namespace } = parentRef;
  return group === gatewayGroup && kind === 'Gateway' ? [objectKey(namespace, name)] : [];
}
