import { canary } from './canary.ts';
import type { Family } from './family.ts';
import type { Field } from './field.ts';

/** Every annotation family, in the order in which the reference lists them. */
export const families: readonly Pick<Family<Readonly<Record<string, Field<unknown>>>, unknown>, 'title' | 'summary' | 'fields'>[] = [
  canary,
];
