import { isIP } from 'node:net';
import { objectKey } from '../kube/event.ts';
import type { IngressBackend, Service, ServicePort } from '../kube/objects.ts';
import type { ProblemCode } from '../model/codes.ts';
import type { Upstream } from '../model/upstream.ts';
import type { Read } from '../store/derived-table.ts';
import type { Key } from '../store/table.ts';
import type { World } from '../store/world.ts';
import { externalNameObjection, externalPort } from './external-name.ts';
import type { IngressOptions } from './options.ts';

/** A backend as the user wrote it, looked up: its upstream, or why there is none. */
export type Backend =
  | {
      readonly ok: true;
      readonly upstream: Key;
      /** The Service has one of its own. */
      readonly hasAddress: boolean;
      readonly to: Pick<Upstream, 'namespace' | 'service' | 'port' | 'lookup'>;
    }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string; readonly fix: string };

/** The wanted port of a reference that leaves it to the Service. */
const firstPort = '';

/** A Service by `namespace/name`, at the first of its ports. */
export function serviceRef(key: Key): Key {
  return `${key}:${firstPort}`;
}

/** Tells backends apart: `namespace/service:port` as written, so that `80` and `http` are two until looked up. */
export function backendRef(namespace: string, backend: IngressBackend): Key | undefined {
  if (backend.service === undefined) return undefined;
  const { name, port } = backend.service;
  return `${namespace}/${name}:${port.name ?? port.number ?? ''}`;
}

type BackendOptions = Pick<IngressOptions, 'externalNames' | 'compatibility'>;

/** Looks a reference up among the Services. */
export function resolveBackend(ref: Key, read: Read, world: World, options: BackendOptions): Backend {
  const colon = ref.lastIndexOf(':');
  const serviceKey = ref.slice(0, colon);
  const wanted = ref.slice(colon + 1);
  const service = read.get(world.objects.Service, serviceKey);
  if (service === undefined) {
    return refuse(
      'NR501',
      `There is no Service ${serviceKey}.`,
      'Create the Service, or correct the name. A backend is looked up in the namespace of its Ingress.',
    );
  }
  if (service.spec.type === 'ExternalName') return resolveExternal(service, serviceKey, wanted, options);
  const port = findPort(service, wanted, options);
  return port === undefined ? withoutPort(service, serviceKey, wanted) : found(service, { port: port.port });
}

function resolveExternal(service: Service, key: Key, wanted: string, { externalNames }: BackendOptions): Backend {
  const { externalName = '' } = service.spec;
  if (!externalNames) {
    const fix = 'Use a Service with EndpointSlices, or run without --disable-svc-external-name.';
    return refuse('NR504', `Service ${key} is of type ExternalName, and these are turned off.`, fix);
  }
  const objection = externalNameObjection(externalName);
  if (objection !== undefined) {
    const message = `The external name ${JSON.stringify(externalName)} of Service ${key} is ${objection}.`;
    return refuse('NR505', message, 'Name a host that is neither the proxy itself nor its metadata service.');
  }
  const port = externalPort(service, wanted);
  return port === undefined ? withoutPort(service, key, wanted) : found(service, port);
}

function found(service: Service, port: Pick<Upstream, 'port' | 'lookup'>): Backend {
  const { namespace, name } = service.metadata;
  const hasAddress = addressOf(service) !== undefined;
  return { ok: true, upstream: `${objectKey(namespace, name)}/${port.port}`, hasAddress, to: { namespace, service: name, ...port } };
}

/** The Service's own address; a headless one has none. */
export function addressOf({ spec: { clusterIP } }: Service): string | undefined {
  return clusterIP === undefined || isIP(clusterIP) === 0 ? undefined : clusterIP;
}

function withoutPort({ spec }: Service, key: Key, wanted: string): Backend {
  return refuse('NR502', `Service ${key} has no port ${wanted}.`, `Its ports are: ${spec.ports.map(printPort).join(', ') || 'none'}.`);
}

function refuse(code: ProblemCode, message: string, fix: string): Backend {
  return { ok: false, code, message, fix };
}

/**
 * The port by number or name; else by target port, which ingress-nginx accepts too: there the first port counts of which any of the
 * three fits (serviceEndpoints in its controller.go).
 */
function findPort({ spec }: Service, wanted: string, { compatibility }: BackendOptions): ServicePort | undefined {
  const tcp = spec.ports.filter(({ protocol }) => protocol === 'TCP');
  if (wanted === firstPort) return tcp[0];
  const isNamed = ({ port, name }: ServicePort) => String(port) === wanted || (name !== '' && name === wanted);
  const isTarget = ({ targetPort }: ServicePort) => targetPort !== undefined && String(targetPort) === wanted;
  if (compatibility === 'nginx') return tcp.find((port) => isNamed(port) || isTarget(port));
  return tcp.find(isNamed) ?? tcp.find(isTarget);
}

function printPort({ port, name }: ServicePort): string {
  return name === '' ? String(port) : `${port} (${name})`;
}
