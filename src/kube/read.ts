import * as z from 'zod';
import type { Problem } from '../model/problem.ts';
import type { Source } from '../model/source.ts';
import { printFieldPath, type Segment } from './field-path.ts';
import { kinds } from './kinds.ts';
import type { AnyKindRow } from './kinds/kind.ts';
import { complaintOf } from './kinds/complaint.ts';
import type { Kind, KubeObject, KubeObjects, Origin } from './objects.ts';

export type Reading<T extends KubeObject> =
  | { readonly ok: true; readonly object: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Makes an object out of what an API server or a file says, or tells what is wrong with it. It never throws.
 * Both sources use it, so that a folder is held to the same rules as a cluster.
 */
export function read<K extends Kind>(kind: K, raw: unknown, origin?: Origin): Reading<KubeObjects[K]> {
  const reading = readAs(kinds[kind], raw) as Reading<KubeObjects[K]>;
  return reading.ok && origin !== undefined ? { ok: true, object: placed(reading.object, origin) } : reading;
}

/** To compile a schema takes as long as to read a hundred objects; then each takes half as long. https://zod.dev/compile */
const compiledAfter = 100;
const schemas = new WeakMap<AnyKindRow, { schema: z.ZodType<KubeObject>; objects: number }>();

function schemaOf(row: AnyKindRow): z.ZodType<KubeObject> {
  let used = schemas.get(row);
  if (used === undefined) schemas.set(row, (used = { schema: row.schema(), objects: 0 }));
  if (++used.objects === compiledAfter) used.schema = z.compile(used.schema);
  return used.schema;
}

/** The same for a row of the table of kinds. */
export function readAs(row: AnyKindRow, raw: unknown): Reading<KubeObject> {
  const result = schemaOf(row).safeParse(raw);
  if (result.success) return { ok: true, object: result.data };
  const source = sourceAs(row, raw);
  return { ok: false, problems: result.error.issues.map((issue) => problem(source, issue, raw)) };
}

/** The same object with the place where it stands. */
export function placed<T extends KubeObjects[Kind]>(object: T, origin: Origin): T {
  return { ...object, metadata: { ...object.metadata, origin } };
}

function problem(source: Source, issue: z.core.$ZodIssue, raw: unknown): Problem {
  const path = issue.path.map((segment): Segment => (typeof segment === 'number' ? segment : String(segment)));
  const { message, fix } = complaintOf(issue, path, valueAt(raw, path));
  return {
    code: 'NR102',
    severity: 'error',
    source: path.length === 0 ? source : { ...source, field: printFieldPath(path) },
    message,
    done: 'The object was left out.',
    ...(fix === undefined ? {} : { fix }),
  };
}

/** What the object calls itself, as far as that can be read. */
export function sourceOf(kind: Kind, raw: unknown): Source {
  return sourceAs(kinds[kind], raw);
}

export function sourceAs({ kind, namespaced }: Pick<AnyKindRow, 'kind' | 'namespaced'>, raw: unknown): Source {
  const name = valueAt(raw, ['metadata', 'name']);
  const namespace = valueAt(raw, ['metadata', 'namespace']);
  return {
    kind,
    namespace: namespaced ? text(namespace, 'default') : '',
    name: text(name, '(no name)'),
  };
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

export function valueAt(raw: unknown, path: readonly Segment[]): unknown {
  let value = raw;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Readonly<Record<Segment, unknown>>)[segment];
  }
  return value;
}
