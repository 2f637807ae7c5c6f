import type { GatewayClass } from '../kube/gateway-objects.ts';
import type { ConditionDraft, StatusDraft } from '../kube/status-draft.ts';
import { holds, holdsNot } from './condition.ts';
import { ownFeatures, supportedFeatures } from './features.ts';
import { infrastructureAnnotation, infrastructureOf } from './infrastructure.ts';

export function classStatus({ metadata, spec: { parametersRef } }: GatewayClass): StatusDraft {
  const infrastructure = infrastructureOf({ metadata });
  const accepted = classAccepted(parametersRef !== undefined, infrastructure !== undefined);
  return {
    kind: 'GatewayClass',
    key: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    conditions: [accepted],
    supportedFeatures: infrastructure === 'own' ? ownFeatures : supportedFeatures,
  };
}

function classAccepted(withParameters: boolean, known: boolean): ConditionDraft {
  if (withParameters) return holdsNot('Accepted', 'InvalidParameters', 'Naru has no parameters: leave "parametersRef" out.');
  if (!known) return holdsNot('Accepted', 'InvalidParameters', `The annotation ${infrastructureAnnotation} is neither "shared" nor "own".`);
  return holds('Accepted', 'Accepted', 'Gateways of this class are served.');
}
