import { objectKey } from '../kube/event.ts';
import type { IngressBackend, Service, ServicePort } from '../kube/objects.ts';
import type { ProblemCode } from '../model/codes.ts';
import type { Read } from '../store/derived-table.ts';
import type { Key } from '../store/table.ts';
import type { World } from '../store/world.ts';

/** A backend as the user wrote it, looked up: the key of its upstream, or why there is none. */
export type Backend =
  | { readonly ok: true; readonly upstream: Key; readonly namespace: string; readonly service: string; readonly port: number }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string; readonly fix: string };

/** Tells backends apart: `namespace/service:port` as written, so that `80` and `http` are two until looked up. */
export function backendRef(namespace: string, backend: IngressBackend): Key | undefined {
  if (backend.service === undefined) return undefined;
  const { name, port } = backend.service;
  return `${namespace}/${name}:${port.name ?? port.number ?? ''}`;
}

/** Looks a reference up among the Services. */
export function resolveBackend(ref: Key, read: Read, world: World): Backend {
  const colon = ref.lastIndexOf(':');
  const serviceKey = ref.slice(0, colon);
  const wanted = ref.slice(colon + 1);
  const service = read.get(world.objects.Service, serviceKey);
  if (service === undefined) {
    return {
      ok: false,
      code: 'NR501',
      message: `There is no Service ${serviceKey}.`,
      fix: 'Create the Service, or correct the name. A backend is looked up in the namespace of its Ingress.',
    };
  }
  const port = findPort(service, wanted);
  if (port === undefined) {
    return {
      ok: false,
      code: 'NR502',
      message: `Service ${serviceKey} has no port ${wanted}.`,
      fix: `Its ports are: ${service.spec.ports.map(printPort).join(', ') || 'none'}.`,
    };
  }
  const { namespace, name } = service.metadata;
  return { ok: true, upstream: `${objectKey(namespace, name)}/${port.port}`, namespace, service: name, port: port.port };
}

/**
 * The port by number or name; else by target port, which ingress-nginx accepts too (serviceEndpoints in its controller.go).
 */
function findPort({ spec }: Service, wanted: string): ServicePort | undefined {
  const tcp = spec.ports.filter(({ protocol }) => protocol === 'TCP');
  return (
    tcp.find(({ port, name }) => String(port) === wanted || (name !== '' && name === wanted)) ??
    tcp.find(({ targetPort }) => targetPort !== undefined && String(targetPort) === wanted)
  );
}

function printPort({ port, name }: ServicePort): string {
  return name === '' ? String(port) : `${port} (${name})`;
}
