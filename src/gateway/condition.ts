import type { ConditionDraft } from '../kube/status-draft.ts';

export function holds(type: string, reason: string = type, message = ''): ConditionDraft {
  return { type, status: 'True', reason, message };
}

export function holdsNot(type: string, reason: string, message: string): ConditionDraft {
  return { type, status: 'False', reason, message };
}

/** True as soon as the Envoys have accepted what belongs to it. */
export function programmed(): ConditionDraft {
  return { type: 'Programmed', status: 'True', reason: 'Programmed', message: 'All Envoys have accepted it.', whenServed: true };
}
