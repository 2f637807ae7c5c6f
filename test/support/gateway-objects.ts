import type { GatewayObjects } from '../../src/kube/gateway-objects.ts';
import { kinds } from '../../src/kube/kinds.ts';
import type { KubeObjects } from '../../src/kube/objects.ts';
import { read } from '../../src/kube/read.ts';

export interface GatewaySketch {
  readonly name: string;
  readonly namespace?: string;
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

/** An object of the Gateway API as a source would read it, in the namespace `shop` unless it says otherwise. */
export function gatewayObject<K extends keyof GatewayObjects>(kind: K, sketch: GatewaySketch): KubeObjects[K] {
  const { name, namespace = 'shop', metadata, spec, status } = sketch;
  const raw = {
    apiVersion: kinds[kind].apiVersion,
    kind,
    metadata: {
      name,
      ...(kinds[kind].namespaced ? { namespace } : {}),
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      ...metadata,
    },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
  const reading = read(kind, raw);
  if (!reading.ok) throw new Error(`${kind} ${name} is not valid: ${JSON.stringify(reading.problems)}`);
  return reading.object;
}

export const naruGatewayClass = gatewayObject('GatewayClass', { name: 'naru', spec: { controllerName: 'naru.io/gateway-controller' } });
