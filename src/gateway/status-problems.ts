import type { ConditionDraft, StatusDraft } from '../kube/status-draft.ts';
import type { ProblemCode } from '../model/codes.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { Source } from '../model/source.ts';

/** What a status says that is wrong, for those who do not look at it. Backends and BackendTLSPolicies tell of theirs themselves. */
export function problemsOf(draft: StatusDraft): readonly Problem[] {
  const { kind, key, conditions = [], listeners = [], parents = [], ancestors = [] } = draft;
  const slash = key.indexOf('/');
  const object = { kind, namespace: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) };
  return [
    ...conditions.flatMap((condition) => ofObject(condition, object)),
    ...listeners.flatMap((listener, index) => ofListener(listener.conditions, { ...object, field: `spec.listeners[${index}]` })),
    ...parents.flatMap((parent) => parent.conditions.flatMap((condition) => ofRoute(condition, object))),
    ...ancestors.slice(0, 1).flatMap((ancestor) => ancestor.conditions.flatMap((condition) => ofPolicy(condition, object))),
  ];
}

function told(code: ProblemCode, source: Source, { message }: ConditionDraft, done: string): readonly Problem[] {
  return [problem(code, source, { message, done })];
}

/** Of listeners that are not served it is told where they are. */
function ofObject(condition: ConditionDraft, source: Source): readonly Problem[] {
  const { type, status, reason, awaited } = condition;
  if (status !== 'False' || awaited === true || reason === 'ListenersNotValid' || reason === 'Invalid') return [];
  if (type === 'Accepted') return told('NR603', source, condition, 'It is not served.');
  if (type === 'Programmed' && source.kind === 'Gateway') return told('NR603', source, condition, 'It is not served.');
  return type === 'ResolvedRefs' ? told('NR604', source, condition, 'Backends are shown no certificate.') : [];
}

function ofListener(conditions: readonly ConditionDraft[], source: Source): readonly Problem[] {
  const find = (type: string, status: 'True' | 'False') => conditions.find((one) => one.type === type && one.status === status);
  const unserved = find('Conflicted', 'True') ?? find('Accepted', 'False');
  if (unserved !== undefined) return told('NR603', source, unserved, 'This listener is not served; others are not touched.');
  const unresolved = find('ResolvedRefs', 'False');
  if (unresolved === undefined) return [];
  const served = find('Programmed', 'True') !== undefined;
  return told(
    'NR604',
    source,
    unresolved,
    served ? 'It is served with what is left.' : 'This listener is not served; others are not touched.',
  );
}

function ofRoute(condition: ConditionDraft, source: Source): readonly Problem[] {
  const { type, status } = condition;
  if (type === 'PartiallyInvalid' && status === 'True') return told('NR606', source, condition, 'The other rules are served.');
  return type === 'Accepted' && status === 'False' ? told('NR605', source, condition, 'That parent does not serve it.') : [];
}

function ofPolicy(condition: ConditionDraft, source: Source): readonly Problem[] {
  return condition.reason === 'Conflicted' ? told('NR602', source, condition, 'The older policy holds.') : [];
}
