import type { Problem } from '../../model/problem.ts';
import { isKind, kinds } from '../kinds.ts';
import type { AnyKindRow } from '../kinds/kind.ts';
import type { Kind } from '../objects.ts';
import { sourceOf, valueAt } from '../read.ts';
import { isRecord } from '../record.ts';
import type { Manifest } from './documents.ts';

/** The row of the table of kinds that an object belongs to, and why it cannot be read, if so. */
export type Recognition = { readonly kind: Kind; readonly problem?: Problem } | { readonly kind: undefined; readonly problem: Problem };

export function recognize(file: string, { raw, line }: Manifest): Recognition {
  const kind = valueAt(raw, ['kind']);
  const apiVersion = valueAt(raw, ['apiVersion']);
  if (!isRecord(raw) || typeof kind !== 'string' || kind === '') return { kind: undefined, problem: noObject(file, line) };
  if (!isKind(kind)) return { kind: undefined, problem: notRead(kind, raw) };
  const { apiVersion: current, formerApiVersions, otherApiVersions = [] }: AnyKindRow = kinds[kind];
  if (apiVersion === current || otherApiVersions.some((one) => one === apiVersion)) return { kind };
  if (apiVersion === undefined || apiVersion === null) {
    return { kind, problem: wrongVersion(kind, raw, 'The object has no "apiVersion".') };
  }
  const known = typeof apiVersion === 'string' && (formerApiVersions.includes(apiVersion) || groupOf(apiVersion) === groupOf(current));
  // Other projects have kinds of the same name in groups of their own.
  if (!known) return { kind: undefined, problem: notRead(kind, raw) };
  return { kind, problem: wrongVersion(kind, raw, `${kind} of ${JSON.stringify(apiVersion)} is not served by today's Kubernetes.`) };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function wrongVersion(kind: Kind, raw: unknown, message: string): Problem {
  return {
    code: 'NR102',
    severity: 'error',
    source: { ...sourceOf(kind, raw), field: 'apiVersion' },
    message,
    done: 'The object was left out.',
    fix: `Write "apiVersion: ${kinds[kind].apiVersion}".`,
  };
}

function notRead(kind: string, raw: unknown): Problem {
  const name = valueAt(raw, ['metadata', 'name']);
  const namespace = valueAt(raw, ['metadata', 'namespace']);
  const source = { kind, namespace: typeof namespace === 'string' ? namespace : '', name: typeof name === 'string' ? name : '(no name)' };
  const shown = source.namespace === '' ? source.name : `${source.namespace}/${source.name}`;
  return { code: 'NR103', severity: 'info', source, message: `${kind} ${shown} is not read by Naru.`, done: 'It was passed over.' };
}

function noObject(file: string, line: number): Problem {
  return {
    code: 'NR103',
    severity: 'warning',
    source: { kind: 'File', namespace: '', name: file, field: `line ${line}` },
    message: `The document at line ${line} has no "kind", so it is not an object of Kubernetes.`,
    done: 'It was passed over.',
    fix: 'Add "apiVersion" and "kind", or move the file out of the folder.',
  };
}
