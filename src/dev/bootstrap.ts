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
  /** Where Envoy's admin interface listens. */
  readonly admin: Address;
  /** Where Envoy starts to defend itself; default: what the file says. */
  readonly maxHeapBytes?: number;
  /** Most connections of a listener, by its name; default: what the file says. */
  readonly connectionLimits?: Readonly<Record<string, number>>;
}

type Edit = readonly [path: JsonPath, value: Json | undefined];

const ads: JsonPath = ['static_resources', 'clusters', 0];
const adsEndpoint: JsonPath = [...ads, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint'];
const heapMonitor: JsonPath = ['overload_manager', 'resource_monitors', 0, 'typed_config'];
const runtime: JsonPath = ['layered_runtime', 'layers', 0, 'static_layer'];

/** `envoy/bootstrap.yaml` with its values set for one Envoy. Envoy reads the result as JSON. */
export function renderBootstrap(options: BootstrapOptions): JsonObject {
  const file: Json = parse(readFileSync(join(packageRoot(), 'envoy', 'bootstrap.yaml'), 'utf8'));
  return editsFor(options, file).reduce((tree, [path, value]) => replaceAt(tree, path, value), file) as JsonObject;
}

function editsFor(options: BootstrapOptions, file: Json): readonly Edit[] {
  const { nodeId, cluster, adsAddress, admin, maxHeapBytes, connectionLimits } = options;
  const edits: Edit[] = [
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

function needsDns(address: Address): boolean {
  return 'host' in address && isIP(address.host) === 0;
}

function envoyAddress(address: Address, mode?: number): JsonObject {
  if ('path' in address) return { pipe: { path: address.path, ...(mode === undefined ? {} : { mode }) } };
  return { socket_address: { address: address.host, port_value: address.port } };
}

function limited(layer: JsonObject, limits: Readonly<Record<string, number>>): JsonObject {
  const prefix = 'envoy.resource_limits.listener.';
  const others = Object.entries(layer).filter(([key]) => !key.startsWith(prefix));
  const ours = Object.entries(limits).map(([listener, limit]) => [`${prefix}${listener}.connection_limit`, limit] as const);
  return Object.fromEntries([...others, ...ours]);
}
