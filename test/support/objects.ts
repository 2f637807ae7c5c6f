import type { KubeEvent } from '../../src/kube/event.ts';
import { objectKey, upsertOf } from '../../src/kube/event.ts';
import { kindNames } from '../../src/kube/kinds.ts';
import type { EndpointSlice, Ingress, IngressClass, KubeObject, Metadata, Service } from '../../src/kube/objects.ts';

/** Short ways to write objects in tests. All of them are in the namespace `shop` unless they say otherwise. */
export function metadata(name: string, more: Partial<Metadata> = {}): Metadata {
  return { name, namespace: 'shop', labels: {}, annotations: {}, creationTimestamp: '2026-01-01T00:00:00Z', ...more };
}

export const naruClass: IngressClass = {
  kind: 'IngressClass',
  metadata: metadata('naru', { namespace: '' }),
  spec: { controller: 'naru.io/ingress-controller' },
};

export interface IngressSketch {
  readonly name: string;
  readonly host?: string;
  readonly paths?: readonly { readonly path: string; readonly service: string; readonly type?: 'Exact' | 'Prefix' }[];
  readonly defaultService?: string;
  readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName?: string }[];
  readonly className?: string;
  readonly metadata?: Partial<Metadata>;
}

export function ingress({ name, host, paths, defaultService, tls = [], className = 'naru', ...more }: IngressSketch): Ingress {
  const backend = (serviceName: string) => ({ service: { name: serviceName, port: { number: 80 } } });
  const rule = {
    ...(host === undefined ? {} : { host }),
    ...(paths === undefined
      ? {}
      : { paths: paths.map(({ path, type = 'Prefix' as const, ...to }) => ({ path, pathType: type, backend: backend(to.service) })) }),
  };
  return {
    kind: 'Ingress',
    metadata: metadata(name, more.metadata),
    spec: {
      ingressClassName: className,
      tls,
      rules: host === undefined && paths === undefined ? [] : [rule],
      ...(defaultService === undefined ? {} : { defaultBackend: backend(defaultService) }),
    },
  };
}

export function canaryIngress(sketch: IngressSketch & { readonly weight: number | string }): Ingress {
  const annotations = {
    'nginx.ingress.kubernetes.io/canary': 'true',
    'nginx.ingress.kubernetes.io/canary-weight': String(sketch.weight),
  };
  return ingress({ ...sketch, metadata: { ...sketch.metadata, annotations } });
}

export function service(name: string, port = 80): Service {
  return { kind: 'Service', metadata: metadata(name), spec: { ports: [{ name: '', port, protocol: 'TCP', targetPort: port }] } };
}

export function slice(
  name: string,
  serviceName: string,
  addresses: readonly string[],
  more: { readonly ready?: boolean; readonly port?: number } = {},
): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: metadata(name, { labels: { 'kubernetes.io/service-name': serviceName } }),
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], ready: more.ready ?? true })),
    ports: [{ name: '', port: more.port ?? 8080, protocol: 'TCP' }],
  };
}

export const upsert: (object: KubeObject) => KubeEvent = upsertOf;

export function remove(object: KubeObject): KubeEvent {
  return { type: 'delete', kind: object.kind, key: objectKey(object.metadata.namespace, object.metadata.name) };
}

/** What a source says when it has listed everything. */
export const synced: readonly KubeEvent[] = kindNames.map((kind) => ({ type: 'synced', kind }));
