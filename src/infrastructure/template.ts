import { parse, parseAllDocuments } from 'yaml';

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

interface Container extends JsonObject {
  readonly name: string;
  readonly ports: readonly JsonObject[];
}

/** What the Envoys that Ingresses have are, of which those of a Gateway are copies. */
export interface EnvoyTemplate {
  readonly pod: JsonObject & {
    readonly containers: readonly Container[];
    readonly securityContext: JsonObject;
    readonly volumes: readonly JsonObject[];
  };
  readonly policy: JsonObject;
  readonly bootstrap: Bootstrap;
}

/** The parts of `envoy/bootstrap.yaml` that differ between Envoys. */
interface Bootstrap extends JsonObject {
  readonly node: JsonObject;
  readonly static_resources: JsonObject & { readonly clusters: readonly JsonObject[] };
}

interface Manifest {
  readonly kind: string;
  readonly spec: JsonObject & { readonly template?: { readonly spec: EnvoyTemplate['pod'] } };
}

/** Reads manifests/naru/envoy.yaml and envoy-bootstrap.yaml. */
export function readTemplate(envoy: string, bootstrap: string): EnvoyTemplate {
  const all = parseAllDocuments(envoy).map((document) => document.toJS() as Manifest);
  const pod = all.find(({ kind }) => kind === 'DaemonSet')?.spec.template?.spec;
  const policy = all.find(({ kind }) => kind === 'NetworkPolicy')?.spec;
  const map = parse(bootstrap) as { readonly data: { readonly 'bootstrap.json': string } };
  if (pod === undefined || policy === undefined) throw new Error('The manifests have no DaemonSet with a NetworkPolicy.');
  return { pod, policy, bootstrap: JSON.parse(map.data['bootstrap.json']) as Bootstrap };
}

/** Where Envoys find the control plane. */
export interface ControlPlaneAddress {
  readonly host: string;
  readonly port: number;
}

/** The bootstrap of the Envoys of a fleet. Without TLS where the control plane has none. */
export function bootstrapOf({ bootstrap }: EnvoyTemplate, fleet: string, { host, port }: ControlPlaneAddress, tls: boolean): string {
  const { node, static_resources: resources } = bootstrap;
  const [ads = {}, ...others] = resources.clusters;
  const { transport_socket: socket, ...plain } = ads;
  const endpoint = { address: { socket_address: { address: host, port_value: port } } };
  const edited = {
    ...plain,
    ...(tls && socket !== undefined ? { transport_socket: replaceText(socket, namedInManifests, host) } : {}),
    load_assignment: { cluster_name: 'naru-ads', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  };
  return JSON.stringify({
    ...bootstrap,
    node: { ...node, cluster: fleet },
    static_resources: { ...resources, clusters: [edited, ...others] },
  });
}

/** The control plane in manifests/naru. */
const namedInManifests = 'naru.naru-system.svc';

function replaceText(tree: Json, from: string, to: string): Json {
  return JSON.parse(JSON.stringify(tree).replaceAll(JSON.stringify(from), JSON.stringify(to))) as Json;
}
