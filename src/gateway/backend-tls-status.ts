import type { BackendTLSPolicy, RawStatus } from '../kube/gateway-objects.ts';
import { objectKey } from '../kube/event.ts';
import type { StatusDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import type { BackendTlsRow } from './backend-tls.ts';
import { holdsNot } from './condition.ts';
import { gatewayGroup } from './grants.ts';

/** More are not allowed in a status. */
const most = 16;

/** What each Gateway that reaches its backends says of a policy; undefined: nothing, and nothing has been said. `gateways`: sorted. */
export function backendTlsStatus(
  { metadata, status }: BackendTLSPolicy,
  { accepted, resolvedRefs }: BackendTlsRow,
  rival: BackendTlsRow | undefined,
  gateways: readonly Key[],
  controllerName: string,
): StatusDraft | undefined {
  if (gateways.length === 0 && !saysSomething(status, controllerName)) return undefined;
  const wins =
    rival === undefined
      ? accepted
      : holdsNot('Accepted', 'Conflicted', `BackendTLSPolicy ${rival.key} is older and for the same port of the same Service.`);
  return {
    kind: 'BackendTLSPolicy',
    key: objectKey(metadata.namespace, metadata.name),
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    ancestors: gateways.slice(0, most).map((gateway) => {
      const [namespace = '', name = ''] = gateway.split('/');
      return { ancestorRef: { group: gatewayGroup, kind: 'Gateway', namespace, name }, conditions: [wins, resolvedRefs] };
    }),
  };
}

/** Whether a status has an entry of ours. */
export function saysSomething(status: RawStatus | undefined, controllerName: string): boolean {
  return status !== undefined && JSON.stringify(status).includes(JSON.stringify(controllerName));
}
