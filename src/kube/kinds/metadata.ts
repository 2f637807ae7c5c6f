import * as z from 'zod';
import type { Metadata } from '../objects.ts';
import { type Check, checked, issueOf } from './complaint.ts';
import { anything, fields, integer, optional, present, text, withDefault } from './fields.ts';
import { dnsLabel, metadataKey } from './names.ts';

/** Written by `kubectl apply`: a second copy of the whole object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const textMap = z
  // Go reads a null among texts as the empty text.
  .record(text, text.nullable())
  .nullish()
  .check(({ value, issues }) => {
    for (const key in value) {
      const complaint = metadataKey(key);
      if (complaint !== undefined) issues.push(issueOf({ ...complaint, at: [key] }));
    }
  })
  .transform((map): Readonly<Record<string, string>> => {
    const kept: Record<string, string> = {};
    for (const [key, value] of Object.entries(map ?? {})) if (key !== lastApplied) kept[key] = value ?? '';
    return kept;
  });

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** As API servers write it. */
const usual = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\dZ$/;

const time = checked(text, (value) =>
  rfc3339.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : { message: `The time ${JSON.stringify(value)} is not valid.`, fix: 'Write it as in "2026-01-31T12:00:00Z", or leave it out.' },
).transform((value) => (usual.test(value) ? value : new Date(value).toISOString().replace(/\.\d+Z$/, 'Z')));

export interface MetadataRules {
  readonly namespaced: boolean;
  readonly name: Check<string>;
  /** Keep the `uid`: for kinds that are written about. */
  readonly withUid?: boolean;
}

export function metadata({ namespaced, name, withUid = false }: MetadataRules): z.ZodType<Metadata> {
  const shape = {
    name: optional(text),
    uid: withUid ? optional(text) : anything.transform(() => undefined),
    generateName: anything,
    generation: optional(integer),
    creationTimestamp: optional(time),
    labels: textMap,
    annotations: textMap,
  };
  const namespace = namespaced
    ? // As kubectl does for an object that does not say it.
      withDefault(checked(text, dnsLabel('namespace')), 'default')
    : anything.transform(() => '');
  return checked(fields({ ...shape, namespace }), (value) => {
    if (value.name !== undefined && value.name !== '') return withPlace(name(value.name), 'name');
    const generated = value.generateName === undefined ? 'Add "name".' : 'Write "name" instead of "generateName".';
    return { message: 'The object has no name.', fix: generated, at: ['name'] };
  }).transform(
    ({ name: given = '', namespace: inside, uid, labels, annotations, generation, creationTimestamp }): Metadata =>
      present({ name: given, namespace: inside, uid, generation, creationTimestamp, labels, annotations }),
  );
}

function withPlace(complaint: ReturnType<Check<string>>, at: string): ReturnType<Check<string>> {
  return complaint === undefined ? undefined : { ...complaint, at: [at] };
}
