import type { GatewayClass } from '../kube/gateway-objects.ts';
import type { StatusDraft } from '../kube/status-draft.ts';
import { holds, holdsNot } from './condition.ts';
import { supportedFeatures } from './features.ts';

export function classStatus({ metadata, spec: { parametersRef } }: GatewayClass): StatusDraft {
  const accepted =
    parametersRef === undefined
      ? holds('Accepted', 'Accepted', 'Gateways of this class are served.')
      : holdsNot('Accepted', 'InvalidParameters', 'Naru has no parameters: leave "parametersRef" out.');
  return {
    kind: 'GatewayClass',
    key: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    conditions: [accepted],
    supportedFeatures,
  };
}
