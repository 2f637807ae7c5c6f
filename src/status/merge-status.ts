import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { ReachableAt } from '../kube/objects.ts';
import type { RawStatus } from '../kube/gateway-objects.ts';
import type { ConditionDraft, StatusDraft } from '../kube/status-draft.ts';

/** What is known at the moment of writing and not before. */
export interface StatusMoment {
  readonly controllerName: string;
  /** Every connected Envoy has accepted what the object asks for. */
  readonly served: boolean;
  /** Where the Envoys are reached, for Gateways without an address of their own. */
  readonly published: readonly ReachableAt[];
  /** Why Envoys do not serve what the object asks for. */
  readonly objection?: Objection | undefined;
  /** RFC 3339. */
  readonly now: string;
}

export interface Objection {
  /** One of those that the Gateway API knows for `Programmed`. */
  readonly reason: 'Invalid' | 'NoResources';
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Types of conditions that Naru writes: those of others stay as they are. */
const ownTypes: ReadonlySet<unknown> = new Set([
  'Accepted',
  'Programmed',
  'ResolvedRefs',
  'Conflicted',
  'PartiallyInvalid',
  'InsecureFrontendValidationMode',
]);

/** The status with Naru's part brought up to date; undefined: it says so already. */
export function mergeStatus(current: RawStatus | undefined, draft: StatusDraft, moment: StatusMoment): Json | undefined {
  const before: Json = current ?? {};
  const next: Record<string, unknown> = { ...before };
  const addresses = draft.kind === 'Gateway' ? (draft.addresses ?? moment.published.map(addressOf)) : undefined;
  const served = moment.served && addresses?.length !== 0;
  const conditionsAfter = (list: unknown, drafts: readonly ConditionDraft[]) =>
    conditions(list, drafts, { ...moment, served, generation: draft.generation, addressed: addresses?.length !== 0 });
  if (draft.conditions !== undefined) next['conditions'] = conditionsAfter(before['conditions'], draft.conditions);
  if (addresses !== undefined) next['addresses'] = addresses;
  if (draft.attachedListenerSets !== undefined) next['attachedListenerSets'] = draft.attachedListenerSets;
  if (draft.supportedFeatures !== undefined) next['supportedFeatures'] = draft.supportedFeatures.map((name) => ({ name }));
  if (draft.listeners !== undefined)
    next['listeners'] = draft.listeners.map(({ conditions: drafts, ...listener }) => ({
      ...listener,
      conditions: conditionsAfter(entry(before['listeners'], ({ name }) => name === listener.name)?.['conditions'], drafts),
    }));
  if (draft.parents !== undefined)
    next['parents'] = entries(
      before['parents'],
      'parentRef',
      draft.parents.map(({ parentRef: ref, conditions: own }) => ({ ref, own })),
    );
  if (draft.ancestors !== undefined)
    next['ancestors'] = entries(
      before['ancestors'],
      'ancestorRef',
      draft.ancestors.map(({ ancestorRef: ref, conditions: own }) => ({ ref, own })),
    );
  return isDeepStrictEqual(before, next) ? undefined : next;

  /** Entries of other controllers stay, and come first. */
  function entries(
    list: unknown,
    field: 'parentRef' | 'ancestorRef',
    wanted: readonly { readonly ref: object; readonly own: readonly ConditionDraft[] }[],
  ): readonly Json[] {
    const present = objects(list);
    const foreign = present.filter(({ controllerName }) => controllerName !== moment.controllerName);
    const ours = present.filter(({ controllerName }) => controllerName === moment.controllerName);
    return [
      ...foreign,
      ...wanted.map(({ ref, own }) => {
        const known = ours.find((one) => isDeepStrictEqual(one[field], ref));
        const all = field === 'parentRef' ? [...own, ...partlyInvalid(own, moment.objection)] : own;
        return { [field]: ref, controllerName: moment.controllerName, conditions: conditionsAfter(known?.['conditions'], all) };
      }),
    ];
  }
}

interface ConditionMoment extends StatusMoment {
  readonly generation: number;
  readonly addressed: boolean;
}

function conditions(list: unknown, drafts: readonly ConditionDraft[], moment: ConditionMoment): readonly Json[] {
  const known = objects(list);
  const own = drafts.map((draft) => {
    const { type, status, reason, message } = settled(draft, moment);
    const before = known.find((one) => one['type'] === type);
    const lastTransitionTime = before?.['status'] === status ? before['lastTransitionTime'] : moment.now;
    const after = { type, status, reason, message, observedGeneration: moment.generation, lastTransitionTime };
    // The order of fields is nobody's concern, and the same value is to be the same object.
    return before !== undefined && isDeepStrictEqual(before, after) ? before : after;
  });
  return [...known.filter(({ type }) => !ownTypes.has(type)), ...own];
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#routeconditiontype: the message says which of two ways was taken. */
function partlyInvalid(own: readonly ConditionDraft[], objection: Objection | undefined): readonly ConditionDraft[] {
  if (objection === undefined || own.some(({ type }) => type === 'PartiallyInvalid')) return [];
  return [{ type: 'PartiallyInvalid', status: 'True', reason: 'UnsupportedValue', message: objection.message }];
}

function settled(draft: ConditionDraft, { served, addressed, objection }: ConditionMoment): ConditionDraft {
  // What could not be made has no address, either.
  if (objection !== undefined && (draft.whenServed === true || draft.awaited === true)) return { ...draft, status: 'False', ...objection };
  if (draft.whenServed !== true || served) return draft;
  return addressed
    ? { ...draft, status: 'False', reason: 'Pending', message: 'The Envoys have not accepted it yet.' }
    : {
        ...draft,
        status: 'False',
        reason: 'AddressNotAssigned',
        message: 'It has no address: see --gateway-address-pool and --publish-service.',
      };
}

function addressOf({ ip, hostname = '' }: ReachableAt): { readonly type: string; readonly value: string } {
  const value = ip ?? hostname;
  return { type: isIP(value) === 0 ? 'Hostname' : 'IPAddress', value };
}

function objects(list: unknown): readonly Json[] {
  return Array.isArray(list) ? list.filter((one): one is Json => typeof one === 'object' && one !== null) : [];
}

function entry(list: unknown, fits: (one: Json) => boolean): Json | undefined {
  return objects(list).find(fits);
}
