import { isIP } from 'node:net';
import { objectKey } from '../../kube/event.ts';
import type { IngressBackend, Service, ServicePort } from '../../kube/objects.ts';
import type { ProblemCode } from '../../model/codes.ts';
import type { Upstream } from '../../model/upstream.ts';
import type { Read } from '../../store/derived-table.ts';
import type { Key } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import { externalNameObjection, externalPort } from './external-name.ts';
import type { IngressRow } from '../ingress-row.ts';
import type { IngressOptions } from '../options.ts';

/** A backend as the user wrote it, looked up: its upstream, or why there is none. */
export type Backend =
  | {
      readonly ok: true;
      readonly upstream: Key;
      /** The Service has one of its own. */
      readonly hasAddress: boolean;
      readonly to: Pick<Upstream, 'namespace' | 'service' | 'port' | 'protocol' | 'lookup'>;
    }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string; readonly fix: string };

/** The wanted port of a reference that leaves it to the Service. */
const firstPort = '';

/** A Service by `namespace/name`, at the first of its ports. */
export function serviceRef(key: Key): Key {
  return `${key}:${firstPort}`;
}

/** A port of a Service by `namespace/name`, number or name; behind it `/UDP`, which is in no name of a port. */
export function streamRef(service: Key, port: string, protocol: 'TCP' | 'UDP'): Key {
  return `${service}:${port}${protocol === 'UDP' ? udp : ''}`;
}

const udp = '/UDP';

/** Tells backends apart: `namespace/service:port` as written, so that `80` and `http` are two until looked up. */
export function backendRef(namespace: string, backend: IngressBackend): Key | undefined {
  if (backend.service === undefined) return undefined;
  const { name, port } = backend.service;
  return `${namespace}/${name}:${port.name ?? port.number ?? ''}`;
}

/** The Service that an Ingress has for the errors of its backends. */
export function errorBackendsOf({ selected, metadata, policies }: IngressRow): readonly Key[] {
  const service = policies.errorPages?.service;
  return !selected || service === undefined ? [] : [serviceRef(`${metadata.namespace}/${service}`)];
}

type BackendOptions = Pick<IngressOptions, 'externalNames' | 'compatibility'>;

/** Looks a reference up among the Services. */
export function resolveBackend(ref: Key, read: Read, world: World, options: BackendOptions): Backend {
  const colon = ref.lastIndexOf(':');
  const serviceKey = ref.slice(0, colon);
  const isUdp = ref.endsWith(udp);
  const wanted = ref.slice(colon + 1, isUdp ? -udp.length : undefined);
  const service = read.get(world.objects.Service, serviceKey);
  if (service === undefined) {
    return refuse(
      'NR501',
      `There is no Service ${serviceKey}.`,
      'Create the Service, or correct the name. A backend is looked up in the namespace of its Ingress.',
    );
  }
  if (service.spec.type === 'ExternalName') return resolveExternal(service, serviceKey, wanted, options);
  const port = findPort(service, wanted, isUdp ? 'UDP' : 'TCP', options);
  if (port === undefined) return withoutPort(service, serviceKey, isUdp ? `${wanted} of UDP` : wanted);
  return found(service, { port: port.port, ...(isUdp ? { protocol: 'UDP' } : {}) });
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

function found(service: Service, port: Pick<Upstream, 'port' | 'protocol' | 'lookup'>): Backend {
  const { namespace, name } = service.metadata;
  const hasAddress = addressOf(service) !== undefined;
  const behind = port.protocol === undefined ? '' : '/udp';
  return {
    ok: true,
    upstream: `${objectKey(namespace, name)}/${port.port}${behind}`,
    hasAddress,
    to: { namespace, service: name, ...port },
  };
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
function findPort({ spec }: Service, wanted: string, protocol: 'TCP' | 'UDP', { compatibility }: BackendOptions): ServicePort | undefined {
  const ports = spec.ports.filter((port) => port.protocol === protocol);
  if (wanted === firstPort) return ports[0];
  const isNamed = ({ port, name }: ServicePort) => String(port) === wanted || (name !== '' && name === wanted);
  const isTarget = ({ targetPort }: ServicePort) => targetPort !== undefined && String(targetPort) === wanted;
  if (compatibility === 'nginx') return ports.find((port) => isNamed(port) || isTarget(port));
  return ports.find(isNamed) ?? ports.find(isTarget);
}

function printPort({ port, name, protocol }: ServicePort): string {
  const number = protocol === 'TCP' ? String(port) : `${port}/${protocol}`;
  return name === '' ? number : `${number} (${name})`;
}
