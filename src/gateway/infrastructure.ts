import { createHash } from 'node:crypto';
import { objectKey } from '../kube/event.ts';
import type { Gateway, GatewayClass } from '../kube/gateway-objects.ts';
import type { Metadata, Service } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';

interface Named {
  readonly metadata: Pick<Metadata, 'namespace' | 'name'>;
  readonly spec: Pick<Gateway['spec'], 'gatewayClassName'>;
}

/** In the metadata of a GatewayClass: by which Envoys its Gateways are served. */
export const infrastructureAnnotation = 'naru.io/gateway-infrastructure';

/** `namespace/name` of the Gateway, on whatever was made for it. */
export const gatewayAnnotation = 'naru.io/gateway';

export const infrastructures = ['shared', 'load-balancer', 'own'] as const;

/**
 * `shared`: by those that serve Ingresses; `load-balancer`: by these, on ports of its own to which a Service of its own leads; `own`: by Envoys
 * of its own, with a Service.
 */
export type Infrastructure = (typeof infrastructures)[number];

/** Undefined: the class says something else. */
export function infrastructureOf({ metadata }: Pick<GatewayClass, 'metadata'>): Infrastructure | undefined {
  const written = metadata.annotations[infrastructureAnnotation] ?? 'shared';
  return infrastructures.find((one) => one === written);
}

/** The key of the Service that a Gateway has; `envoyNamespace`: where the Envoys are that serve Ingresses, for a Service selects pods of its namespace. */
export function serviceOf(gateway: Named & { readonly infrastructure: Infrastructure }, envoyNamespace: string): Key {
  const { namespace, name } = gateway.metadata;
  if (gateway.infrastructure === 'own') return objectKey(namespace, infrastructureName(gateway));
  return balancerOf(objectKey(namespace, name), envoyNamespace);
}

/** The key of the Service of a Gateway (`namespace/name`) with a load balancer. */
export function balancerOf(gateway: Key, envoyNamespace: string): Key {
  return objectKey(envoyNamespace, hashed(`gateway-${gateway.replace('/', '-')}`, gateway));
}

/** The Gateway that a Service was made for; undefined: it was not made by Naru. */
export function gatewayOfService({ metadata: { labels, annotations } }: Pick<Service, 'metadata'>): Key | undefined {
  return labels['app.kubernetes.io/managed-by'] === 'naru' ? annotations[gatewayAnnotation] : undefined;
}

/** Ports that an Envoy in a pod has for itself: metrics, readiness, draining. See `envoy/pod.yaml`. */
export const podPorts: readonly number[] = [8001, 8002, 8003];

/** Names of Services are labels of DNS. */
const longest = 63;

/**
 * How everything is called that is made for a Gateway: `<gateway>-<class>`, shortened where it is too long or has a dot.
 * https://gateway-api.sigs.k8s.io/geps/gep-1762/
 */
export function infrastructureName({ metadata, spec }: Named): string {
  const whole = `${metadata.name}-${spec.gatewayClassName}`;
  const plain = whole.replaceAll('.', '-');
  if (plain === whole && whole.length <= longest && /^[a-z]/.test(whole)) return whole;
  return hashed(/^[a-z]/.test(plain) ? plain : `gateway-${plain}`, whole);
}

function hashed(start: string, whole: string): string {
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  const plain = start.replaceAll('.', '-');
  return `${plain.slice(0, longest - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}
