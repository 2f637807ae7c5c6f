import { createHash } from 'node:crypto';
import type { Problem } from '../model/problem.ts';
import type { Key } from '../store/table.ts';

/** Something to tell about an Ingress to those who look at it, before it is an Event of a cluster. */
export interface EventDraft {
  /** `namespace/name` of the Ingress. */
  readonly ingress: Key;
  readonly type: 'Normal' | 'Warning';
  /** For programs and for filters: a word, or the code of a problem. */
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** The API server refuses longer ones. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
const longestNoteBytes = 1024;

/** What is wrong, what was done, what to do; undefined for what is not about an Ingress, or not worth a warning. */
export function problemEvent({ code, severity, source, message, done, fix }: Problem): EventDraft | undefined {
  if (source.kind !== 'Ingress' || severity === 'info') return undefined;
  const note = [message, done, ...(fix === undefined ? [] : [fix])].join(' ');
  return { ingress: `${source.namespace}/${source.name}`, type: 'Warning', reason: code, action: 'Translate', note: shortened(note) };
}

export function effectiveEvent(ingress: Key, snapshot: number, envoys: number): EventDraft {
  const all = envoys === 1 ? 'the connected Envoy' : `all ${envoys} Envoys`;
  const note = `Snapshot v${snapshot} with this Ingress is accepted by ${all}.`;
  return { ingress, type: 'Normal', reason: 'Effective', action: 'Publish', note };
}

/** Two Events with the same identity say the same of the same object. */
export function identityOf({ ingress, reason, note }: EventDraft, uid: string): string {
  return `${ingress} ${uid} ${reason} ${note}`;
}

/**
 * The same Event has the same name on every replica and after every start, so that it is not made twice. At most 253
 * characters, of which the object's name takes its part.
 */
export function eventName(draft: EventDraft, uid: string): string {
  const name = draft.ingress.slice(draft.ingress.indexOf('/') + 1);
  const hash = createHash('sha256').update(identityOf(draft, uid)).digest('hex').slice(0, 16);
  return `${name.slice(0, 200).replace(/[.-]+$/, '')}.${hash}`;
}

function shortened(note: string): string {
  if (Buffer.byteLength(note) <= longestNoteBytes) return note;
  const cut = Buffer.from(note)
    .subarray(0, longestNoteBytes - 3)
    .toString('utf8');
  // A character that was cut in two reads as U+FFFD.
  return `${cut.replace(/\uFFFD$/, '')}…`;
}
