import type * as z from 'zod';
import type { Segment } from '../field-path.ts';

/** What is wrong with a value, as the user should read it. */
export interface Complaint {
  readonly message: string;
  readonly fix?: string;
  /** Where below the checked value; absent when it is the value itself. */
  readonly at?: readonly Segment[];
}

export type Check<T> = (value: T) => Complaint | undefined;

/** Adds a check to a schema. It runs only when the value has the right shape. */
export function checked<T extends z.ZodType>(schema: T, check: Check<z.output<T>>): T {
  return schema.check(({ value, issues }) => {
    const complaint = check(value);
    if (complaint !== undefined) issues.push(issueOf(complaint));
  });
}

export function issueOf({ message, fix, at = [] }: Complaint): z.core.$ZodRawIssue {
  return { code: 'custom', message, path: [...at], params: { fix }, input: undefined };
}

/** An issue of zod in the user's words. Values are not repeated here, because some of them are secret. */
export function complaintOf(issue: z.core.$ZodIssue, at: readonly Segment[], input: unknown): Complaint {
  const field = at.at(-1);
  const name = field === undefined ? 'The object' : quoted(field);
  if (issue.code === 'custom') {
    const fix: unknown = issue.params?.['fix'];
    return typeof fix === 'string' ? { message: issue.message, fix } : { message: issue.message };
  }
  if (issue.code !== 'invalid_type') return { message: `${name} is not valid.` };
  if (input === undefined || input === null) {
    return { message: `${name} is missing.`, fix: `Write ${wordFor(issue.expected)} here.` };
  }
  const found = issue.expected === 'int' && typeof input === 'number' ? 'a fraction' : wordFor(typeOf(input));
  const message = `${name} must be ${wordFor(issue.expected)}, but it is ${found}.`;
  const fix = fixForType(issue.expected, input);
  return fix === undefined ? { message } : { message, fix };
}

function fixForType(expected: string, input: unknown): string | undefined {
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) return 'Put the value in quotes.';
  if (typeof input === 'string' && expected !== 'string' && expected in typeWords) {
    return ['object', 'record', 'array'].includes(expected) ? undefined : 'Write the value without quotes.';
  }
  return undefined;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function wordFor(type: string): string {
  return typeWords[type] ?? type;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

const longest = 80;

/** A value for a sentence: in quotes, cut when it is long. */
export function quoted(value: string | number): string {
  const text = String(value);
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
