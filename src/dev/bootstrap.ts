import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Json, type JsonObject, type JsonPath, replaceAt, valueAt } from './json-tree.ts';
import { packageRoot } from './package-root.ts';

/** Where something listens: a Unix socket, or a host and port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

export interface BootstrapOptions {
  /** Unique in the fleet. */
  readonly nodeId: string;
  /** The fleet; default `naru`. */
  readonly cluster?: string;
  /** The controller's ADS server. */
  readonly adsAddress: Address;
  /** When that server wants TLS; without it, the connection is not encrypted. */
  readonly adsTls?: AdsClientTls;
  /** Where Envoy's admin interface listens. */
  readonly admin: Address;
  /** The zone that it is in, for endpoints that are hinted for one. */
  readonly zone?: string;
  /** Where Envoy starts to defend itself; default: what the file says. */
  readonly maxHeapBytes?: number;
  /** Most connections of a listener, by its name; default: what the file says. */
  readonly connectionLimits?: Readonly<Record<string, number>>;
}

/** Paths of PEM files. Envoy reads them when it starts. */
export interface AdsClientTls {
  readonly certificate: string;
  readonly privateKey: string;
  /** Who signs the server's certificate. */
  readonly serverCa: string;
  /** The DNS name that the server's certificate must carry. */
  readonly serverName: string;
}

type Edit = readonly [path: JsonPath, value: Json | undefined];

const ads: JsonPath = ['static_resources', 'clusters', 0];
const adsEndpoint: JsonPath = [...ads, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint'];
const heapMonitor: JsonPath = ['overload_manager', 'resource_monitors', 0, 'typed_config'];
const runtime: JsonPath = ['layered_runtime', 'layers', 0, 'static_layer'];

/** `envoy/bootstrap.yaml` with its values set for one Envoy. Envoy reads the result as JSON. */
export function renderBootstrap(options: BootstrapOptions): JsonObject {
  const file: Json = parse(readFileSync(join(packageRoot(), 'envoy', 'bootstrap.yaml'), 'utf8'));
  const edited = editsFor(options, file).reduce((tree, [path, value]) => replaceAt(tree, path, value), file) as JsonObject;
  return options.zone === undefined ? edited : inZone(edited, options.zone);
}

function editsFor(options: BootstrapOptions, file: Json): readonly Edit[] {
  const { nodeId, cluster, adsAddress, adsTls, admin, maxHeapBytes, connectionLimits } = options;
  const edits: Edit[] = [
    // First, since it replaces the whole of which the next ones change parts.
    ...(adsTls === undefined ? [] : [[ads, { ...(valueAt(file, ads) as JsonObject), transport_socket: tlsSocket(adsTls) }] as const]),
    [['node', 'id'], nodeId],
    [['node', 'cluster'], cluster ?? 'naru'],
    [[...adsEndpoint, 'address'], envoyAddress(adsAddress)],
    [[...ads, 'type'], needsDns(adsAddress) ? 'STRICT_DNS' : 'STATIC'],
    [['admin', 'address'], envoyAddress(admin, 0o600)],
  ];
  // A Unix socket has no TCP options: connecting would fail.
  if ('path' in adsAddress) edits.push([[...ads, 'upstream_connection_options'], undefined]);
  if (maxHeapBytes !== undefined) edits.push([[...heapMonitor, 'max_heap_size_bytes'], maxHeapBytes]);
  if (connectionLimits !== undefined) edits.push([runtime, limited(valueAt(file, runtime) as JsonObject, connectionLimits)]);
  return edits;
}

/**
 * For a zone to count, Envoy must find itself in it: in a local cluster, whose one endpoint nobody ever connects to.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/upstream/load_balancing/zone_aware
 */
function inZone(bootstrap: JsonObject, zone: string): JsonObject {
  const locality = { zone };
  const lb_endpoints = [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } } }];
  const self = { name: 'self', type: 'STATIC', load_assignment: { cluster_name: 'self', endpoints: [{ locality, lb_endpoints }] } };
  const resources = bootstrap['static_resources'] as JsonObject;
  return {
    ...bootstrap,
    node: { ...(bootstrap['node'] as JsonObject), locality },
    cluster_manager: { local_cluster_name: 'self' },
    static_resources: { ...resources, clusters: [...(resources['clusters'] as readonly Json[]), self] },
  };
}

function needsDns(address: Address): boolean {
  return 'host' in address && isIP(address.host) === 0;
}

function envoyAddress(address: Address, mode?: number): JsonObject {
  if ('path' in address) return { pipe: { path: address.path, ...(mode === undefined ? {} : { mode }) } };
  return { socket_address: { address: address.host, port_value: address.port } };
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto#extensions-transport-sockets-tls-v3-upstreamtlscontext */
function tlsSocket({ certificate, privateKey, serverCa, serverName }: AdsClientTls): JsonObject {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: serverName,
      common_tls_context: {
        alpn_protocols: ['h2'],
        tls_certificates: [{ certificate_chain: { filename: certificate }, private_key: { filename: privateKey } }],
        validation_context: {
          trusted_ca: { filename: serverCa },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: serverName } }],
        },
      },
    },
  };
}

function limited(layer: JsonObject, limits: Readonly<Record<string, number>>): JsonObject {
  const prefix = 'envoy.resource_limits.listener.';
  const others = Object.entries(layer).filter(([key]) => !key.startsWith(prefix));
  const ours = Object.entries(limits).map(([listener, limit]) => [`${prefix}${listener}.connection_limit`, limit] as const);
  return Object.fromEntries([...others, ...ours]);
}
