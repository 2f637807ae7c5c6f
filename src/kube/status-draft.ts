import type { ObjectKey } from './event.ts';
import type { GatewayObjects, ParentReference } from './gateway-objects.ts';

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Condition, less what is known only when it is written. */
export interface ConditionDraft {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  /** It is true only when the Envoys have accepted what the object asks for; until then it is False for the reason `Pending`. */
  readonly whenServed?: true;
  /** It changes without anybody changing the object: nothing is wrong. */
  readonly awaited?: true;
}

export interface ListenerStatusDraft {
  readonly name: string;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  readonly attachedRoutes: number;
  readonly conditions: readonly ConditionDraft[];
}

/** What the status of an object is to say, of the parts that are Naru's. Absent parts are not touched. */
export interface StatusDraft {
  readonly kind: keyof GatewayObjects;
  readonly key: ObjectKey;
  readonly uid?: string | undefined;
  readonly generation: number;
  /** The Envoys whose acceptance is waited for; absent: those that serve Ingresses. */
  readonly fleet?: string;
  readonly conditions?: readonly ConditionDraft[];
  readonly listeners?: readonly ListenerStatusDraft[];
  /** Of a Gateway: ListenerSets that it has accepted. */
  readonly attachedListenerSets?: number;
  readonly addresses?: readonly { readonly type: string; readonly value: string }[];
  readonly supportedFeatures?: readonly string[];
  /** One for each of its parents that is Naru's; entries of others stay. */
  readonly parents?: readonly { readonly parentRef: ParentReference; readonly conditions: readonly ConditionDraft[] }[];
  /** The same for policies. */
  readonly ancestors?: readonly { readonly ancestorRef: ParentReference; readonly conditions: readonly ConditionDraft[] }[];
}
