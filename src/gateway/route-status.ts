import type { ConditionDraft, StatusDraft } from '../kube/status-draft.ts';
import { holds, holdsNot } from './condition.ts';
import type { WeightedBackend } from '../kube/gateway-objects.ts';
import { expressionObjections } from './expressions.ts';
import { type FilterObjection, filterObjections } from './filters.ts';
import { limitObjections } from './limits.ts';
import type { ResolvedBackends } from './resolved-backends.ts';
import type { RouteObject, RouteRow, RouteText } from './route-row.ts';
import { objectKey } from '../kube/event.ts';
import { ofBackends } from './virtual-host.ts';

/** What the parents of a route say of it. */
export function routeStatus({ route, attachments }: RouteRow, { resolvedRefs }: ResolvedBackends): StatusDraft {
  const { kind, metadata } = route;
  const objections = objectionsTo(route);
  const rules = route.spec.rules.length;
  return {
    kind,
    key: objectKey(metadata.namespace, metadata.name),
    uid: metadata.uid,
    generation: metadata.generation ?? 0,
    parents: attachments.map(({ parentRef, accepted }) => ({
      parentRef,
      conditions: [...acceptance(accepted, objections, rules), resolvedRefs],
    })),
  };
}

/** Of a route that has no parent of ours any more. */
export function withoutParents({ kind, metadata }: RouteObject): StatusDraft {
  const key = objectKey(metadata.namespace, metadata.name);
  return { kind, key, uid: metadata.uid, generation: metadata.generation ?? 0, parents: [] };
}

interface Objection {
  readonly rule: number;
  readonly reason: string;
  readonly message: string;
}

function objectionsTo({ spec }: RouteText): readonly Objection[] {
  return spec.rules.flatMap((rule, index) =>
    ('filters' in rule
      ? [
          ...filterObjections(rule.filters),
          ...limitObjections(rule),
          ...expressionObjections(rule),
          ...rule.backendRefs.flatMap(backendObjections),
        ]
      : []
    ).map((objection) => ({
      rule: index,
      ...objection,
    })),
  );
}

function backendObjections({ name, filters }: WeightedBackend): readonly FilterObjection[] {
  return filters
    .filter(({ type }) => !ofBackends.has(type))
    .map(({ type }) => ({
      reason: 'UnsupportedValue',
      message: `Backend ${name}: filters of type ${type} are supported for whole rules only.`,
    }));
}

/** A route of which no rule can be served is not accepted; otherwise the rules that cannot are told of. */
function acceptance(accepted: ConditionDraft, objections: readonly Objection[], rules: number): readonly ConditionDraft[] {
  const [first] = objections;
  if (accepted.status === 'False' || first === undefined) return [accepted];
  const message = objections.map(({ rule, message: text }) => `spec.rules[${rule}]: ${text}`).join(' ');
  if (new Set(objections.map(({ rule }) => rule)).size === rules) return [holdsNot('Accepted', first.reason, message)];
  return [accepted, holds('PartiallyInvalid', first.reason, `Dropped Rule: ${message} Its requests are answered with 500.`)];
}
