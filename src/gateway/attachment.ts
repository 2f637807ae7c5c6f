import { objectKey } from '../kube/event.ts';
import type { ParentReference } from '../kube/gateway-objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import { holds, holdsNot } from './condition.ts';
import { gatewayGroup } from './grants.ts';
import { intersection, normal } from './hostnames.ts';
import type { ListenerRow } from './listener-row.ts';
import type { RouteObject } from './route-row.ts';

/** What a parent reference of a route leads to. */
export interface Attachment {
  readonly parentRef: ParentReference;
  /** Key of the Gateway at whose listeners it arrives. */
  readonly gateway: Key;
  readonly accepted: ConditionDraft;
  readonly at: readonly AttachedListener[];
}

export interface AttachedListener {
  readonly listener: Key;
  readonly hostnames: readonly string[];
}

/** A parent that is ours: its listeners, less those that it does not have itself. */
export interface Parent {
  readonly gateway: Key;
  readonly listeners: readonly ListenerRow[];
}

/** `Gateway shop/web`, of whatever group and kind the reference is. */
export function parentOf({ group = gatewayGroup, kind = 'Gateway', namespace, name }: ParentReference, own: string): Key | undefined {
  if (group !== gatewayGroup || (kind !== 'Gateway' && kind !== 'ListenerSet')) return undefined;
  return `${kind} ${objectKey(namespace ?? own, name)}`;
}

/** Attaches a route to those listeners of a parent that want it. https://gateway-api.sigs.k8s.io/reference/spec/#parentreference */
export function attach(
  route: RouteObject,
  parentRef: ParentReference,
  parent: Parent,
  allows: (listener: ListenerRow, namespace: string) => boolean,
): Attachment {
  const { gateway } = parent;
  const refuse = (reason: string, message: string): Attachment => ({
    parentRef,
    gateway,
    accepted: holdsNot('Accepted', reason, message),
    at: [],
  });
  const named = parent.listeners.filter(
    ({ spec }) =>
      (parentRef.sectionName === undefined || parentRef.sectionName === spec.name) &&
      (parentRef.port === undefined || parentRef.port === spec.port),
  );
  if (named.length === 0) return refuse('NoMatchingParent', `There is no listener${wanted(parentRef)} there.`);
  const ofKind = named.filter(({ supportedKinds }) => supportedKinds.some(({ kind }) => kind === route.kind));
  const allowed = ofKind.filter((listener) => allows(listener, route.metadata.namespace));
  if (allowed.length === 0) {
    const what = ofKind.length === 0 ? `routes of kind ${route.kind}` : `routes of namespace ${route.metadata.namespace}`;
    return refuse('NotAllowedByListeners', `No listener there takes ${what}.`);
  }
  const at = allowed.flatMap((listener): AttachedListener[] => {
    const hostnames = shared(route, listener);
    return hostnames.length === 0 ? [] : [{ listener: listener.key, hostnames }];
  });
  if (at.length === 0) return refuse('NoMatchingListenerHostname', 'No listener there is for a hostname of this route.');
  return { parentRef, gateway, accepted: holds('Accepted'), at };
}

function wanted({ sectionName, port }: ParentReference): string {
  return `${sectionName === undefined ? '' : ` called ${sectionName}`}${port === undefined ? '' : ` at port ${port}`}`;
}

/** Routes for whole connections have no hostnames. */
function shared({ spec: { hostnames } }: RouteObject, { hostname }: ListenerRow): readonly string[] {
  if (hostnames.length === 0) return [hostname];
  return [...new Set(hostnames.flatMap((one) => intersection(normal(one), hostname) ?? []))];
}
