import type { GatewayClass } from '../kube/gateway-objects.ts';
import type { ConditionDraft, StatusDraft } from '../kube/status-draft.ts';
import { holds, holdsNot } from './condition.ts';
import { ownFeatures, supportedFeatures } from './features.ts';
import { type Infrastructure, infrastructureAnnotation, infrastructureOf, infrastructures } from './infrastructure.ts';

/** `balanced`: Gateways with a load balancer are served. */
export function classStatus({ metadata, spec: { parametersRef } }: GatewayClass, balanced: boolean): StatusDraft {
  const infrastructure = infrastructureOf({ metadata });
  const accepted = classAccepted(parametersRef !== undefined, infrastructure, balanced);
  return {
    kind: 'GatewayClass',
    key: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    conditions: [accepted],
    supportedFeatures: infrastructure === 'own' || infrastructure === 'load-balancer' ? ownFeatures : supportedFeatures,
  };
}

function classAccepted(withParameters: boolean, infrastructure: Infrastructure | undefined, balanced: boolean): ConditionDraft {
  if (withParameters) return holdsNot('Accepted', 'InvalidParameters', 'Naru has no parameters: leave "parametersRef" out.');
  if (infrastructure === undefined)
    return holdsNot(
      'Accepted',
      'InvalidParameters',
      `The annotation ${infrastructureAnnotation} is none of ${infrastructures.join(', ')}.`,
    );
  if (infrastructure === 'load-balancer' && !balanced)
    return holdsNot('Accepted', 'InvalidParameters', 'Naru has no ports for Gateways with a load balancer: give it --gateway-ports.');
  return holds('Accepted', 'Accepted', 'Gateways of this class are served.');
}
