import type { Gateway, GatewayClass } from '../kube/gateway-objects.ts';
import { createHash } from 'node:crypto';
import type { Metadata } from '../kube/objects.ts';

/** In the metadata of a GatewayClass: by which Envoys its Gateways are served. */
export const infrastructureAnnotation = 'naru.io/gateway-infrastructure';

/** `shared`: by those that serve Ingresses; `own`: each Gateway by its own, with a Service of its own. */
export type Infrastructure = 'shared' | 'own';

/** Undefined: the class says something else. */
export function infrastructureOf({ metadata }: Pick<GatewayClass, 'metadata'>): Infrastructure | undefined {
  const written = metadata.annotations[infrastructureAnnotation] ?? 'shared';
  return written === 'shared' || written === 'own' ? written : undefined;
}

/** Ports that an Envoy in a pod has for itself: metrics, readiness, draining. See `envoy/pod.yaml`. */
export const podPorts: readonly number[] = [8001, 8002, 8003];

/** Names of Services are labels of DNS. */
const longest = 63;

/**
 * How everything is called that is made for a Gateway: `<gateway>-<class>`, shortened where it is too long or has a dot.
 * https://gateway-api.sigs.k8s.io/geps/gep-1762/
 */
export function infrastructureName({
  metadata,
  spec,
}: {
  readonly metadata: Pick<Metadata, 'name'>;
  readonly spec: Pick<Gateway['spec'], 'gatewayClassName'>;
}): string {
  const whole = `${metadata.name}-${spec.gatewayClassName}`;
  const plain = whole.replaceAll('.', '-');
  if (plain === whole && whole.length <= longest && /^[a-z]/.test(whole)) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  const start = /^[a-z]/.test(plain) ? plain : `gateway-${plain}`;
  return `${start.slice(0, longest - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}
