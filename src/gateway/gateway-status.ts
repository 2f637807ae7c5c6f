import { isIP } from 'node:net';
import type { ConditionDraft, ListenerStatusDraft, StatusDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import type { AddressRow } from './addresses.ts';
import { letsAnybodyIn } from './client-validation.ts';
import { holds, holdsNot, programmed } from './condition.ts';
import type { GatewayRow, SetRow } from './gateway-row.ts';
import { endsTls, type ListenerRow } from './listener-row.ts';
import { noConflict } from './socket.ts';

export interface StatusLookup {
  readonly address: AddressRow | undefined;
  readonly conflict: (listener: Key) => ConditionDraft | undefined;
  readonly attachedRoutes: (listener: Key) => number;
}

export function gatewayStatus(
  { key, metadata, spec, fleet, listeners, sets, backendCertificate }: GatewayRow,
  lookup: StatusLookup,
): StatusDraft {
  const { shown, accepted: addressObjection, programmed: addressNotUsable } = lookup.address ?? {};
  const drafts = listeners.map((listener) => listenerStatus(listener, lookup));
  const parameters =
    spec.infrastructure?.parametersRef === undefined
      ? undefined
      : holdsNot('Accepted', 'InvalidParameters', 'Naru has no parameters: leave "infrastructure.parametersRef" out.');
  const accepted = parameters ?? addressObjection ?? acceptedListeners(drafts);
  const served = drafts.some(isServed);
  const attached = sets.filter(
    (set) => set.allowed && acceptedSet(set.listeners.map((one) => listenerStatus(one, lookup))).status === 'True',
  );
  const ready = served || attached.length > 0 ? programmed() : holdsNot('Programmed', 'Invalid', 'None of its listeners can be served.');
  return {
    kind: 'Gateway',
    key,
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    conditions: [
      accepted,
      accepted.status === 'False' ? holdsNot('Programmed', 'Invalid', accepted.message) : (addressNotUsable ?? ready),
      ...(backendCertificate === undefined ? [] : [backendCertificate.resolvedRefs]),
      ...(letsAnybodyIn({ spec }) ? [insecure] : []),
    ],
    listeners: drafts,
    ...(sets.length === 0 ? {} : { attachedListenerSets: attached.length }),
    ...(shown === undefined ? {} : { addresses: shown.map((value) => ({ type: isIP(value) === 0 ? 'Hostname' : 'IPAddress', value })) }),
    ...(fleet === undefined ? {} : { fleet }),
  };
}

const insecure = holds(
  'InsecureFrontendValidationMode',
  'ConfigurationChanged',
  'Clients are let in without a good certificate: the mode is AllowInsecureFallback.',
);

export function listenerSetStatus(gateway: GatewayRow, { key, metadata, allowed, listeners }: SetRow, lookup: StatusLookup): StatusDraft {
  const fleet = gateway.fleet === undefined ? {} : { fleet: gateway.fleet };
  const common = { kind: 'ListenerSet' as const, key, uid: metadata.uid, generation: metadata.generation ?? 0, ...fleet };
  if (!allowed) {
    const message = `Gateway ${gateway.key} takes no listeners from namespace ${metadata.namespace}: see its "allowedListeners".`;
    const conditions = [holdsNot('Accepted', 'NotAllowed', message), holdsNot('Programmed', 'NotAllowed', message)];
    return { ...common, conditions };
  }
  const drafts = listeners.map((listener) => listenerStatus(listener, lookup));
  const accepted = acceptedSet(drafts);
  const ready = accepted.status === 'True' ? programmed() : holdsNot('Programmed', 'ListenersNotValid', accepted.message);
  return { ...common, conditions: [accepted, ready], listeners: drafts };
}

/** A Gateway is accepted even if none of its listeners can be served for want of a certificate or the like; a ListenerSet is not. */
function acceptedSet(drafts: readonly ListenerStatusDraft[]): ConditionDraft {
  if (drafts.some(isServed)) return acceptedListeners(drafts);
  return holdsNot('Accepted', 'ListenersNotValid', `None of the listeners can be served: ${drafts.map(({ name }) => name).join(', ')}.`);
}

function isServed({ conditions }: ListenerStatusDraft): boolean {
  return conditions.some(({ type, status }) => type === 'Programmed' && status === 'True');
}

function acceptedListeners(drafts: readonly ListenerStatusDraft[]): ConditionDraft {
  const invalid = drafts.filter(({ conditions }) => conditions.some(({ type, status }) => type === 'Programmed' && status === 'False'));
  const names = invalid.map(({ name }) => name).join(', ');
  if (invalid.length === 0) return holds('Accepted');
  if (invalid.length < drafts.length) return holds('Accepted', 'ListenersNotValid', `These listeners are not served: ${names}.`);
  const rejected = drafts.filter(({ conditions }) => conditions.some(({ type, status }) => type === 'Accepted' && status === 'False'));
  if (rejected.length < drafts.length) return holds('Accepted', 'ListenersNotValid', `These listeners are not served: ${names}.`);
  return holdsNot('Accepted', 'ListenersNotValid', `None of the listeners can be served: ${names}.`);
}

function listenerStatus(listener: ListenerRow, { conflict, attachedRoutes }: StatusLookup): ListenerStatusDraft {
  const { key, spec, supportedKinds, accepted, resolvedRefs, certificates } = listener;
  const conflicted = conflict(key);
  const servable = accepted.status === 'True' && conflicted === undefined && (!endsTls(spec) || certificates.length > 0);
  const why = conflicted ?? (accepted.status === 'False' ? accepted : resolvedRefs);
  return {
    name: spec.name,
    supportedKinds,
    attachedRoutes: attachedRoutes(key),
    conditions: [
      conflicted === undefined ? accepted : holdsNot('Accepted', conflicted.reason, conflicted.message),
      servable ? programmed() : holdsNot('Programmed', conflicted?.reason ?? 'Invalid', why.message),
      resolvedRefs,
      conflicted ?? noConflict,
    ],
  };
}
