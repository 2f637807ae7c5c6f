import * as z from 'zod';
import { checked } from './complaint.ts';
import { portNumber } from './names.ts';

/** The words in which the schemas of the kinds are written. An absent field and one that is `null` are the same in Kubernetes. */

type Absent = null | undefined;
type OptionalKey<T> = { [K in keyof T]-?: Absent & T[K] extends never ? never : K }[keyof T];
type Present<T> = { [K in Exclude<keyof T, OptionalKey<T>>]: T[K] } & { [K in OptionalKey<T>]?: NonNullable<T[K]> };

export const text = z.string();
export const flag = z.boolean();
/** Read only for a better sentence, or trimmed away. */
export const anything = z.unknown().optional();
export const integer = z.int();
export const portField = checked(z.int(), portNumber);

/** A map with known fields: others are trimmed away, and those that are absent or null do not appear in the result. */
export function fields<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.object(shape).transform((value) => present(value));
}

export function present<T extends object>(value: T): Present<T> {
  const kept: object = hasAbsent(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => !isAbsent(field))) : value;
  return kept as Present<T>;
}

function hasAbsent(value: object): boolean {
  for (const key in value) if (isAbsent(value[key as keyof typeof value])) return true;
  return false;
}

function isAbsent(value: unknown): value is Absent {
  return value === undefined || value === null;
}

export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish();
}

/** Text for which the empty text means absent, as in most of the older fields of Kubernetes. */
export function optionalText(check: (value: string) => ReturnType<Parameters<typeof checked>[1]>) {
  return checked(text, (value) => (value === '' ? undefined : check(value)))
    .nullish()
    .transform((value) => (value === '' ? undefined : value));
}

export function withDefault<T extends z.ZodType>(schema: T, fallback: z.output<T>) {
  return schema.nullish().transform((value) => value ?? fallback);
}

export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((value): readonly z.output<T>[] => value ?? []);
}

export function oneOf<const T extends string>(what: string, allowed: readonly T[]) {
  const sentence = allowed.map((word) => JSON.stringify(word)).join(', ');
  return checked(text, (value) =>
    (allowed as readonly string[]).includes(value)
      ? undefined
      : { message: `The ${what} ${JSON.stringify(value)} is unknown.`, fix: `Write one of ${sentence}.` },
  ).transform((value) => value as T);
}
