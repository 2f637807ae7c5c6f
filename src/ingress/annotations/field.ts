import type { Grammar } from './grammar.ts';

/** As ingress-nginx rates them; `annotations-risk-level` of its ConfigMap says up to which they are allowed. */
export type Risk = 'Low' | 'Medium' | 'High' | 'Critical';

/** What one annotation acts on: the paths of its Ingress, whole hostnames, or the Services behind. */
export type Scope = 'path' | 'host' | 'service';

export type Support =
  | { readonly level: 'exact' }
  /** It acts, but not in everything as in ingress-nginx: `how` is a sentence. */
  | { readonly level: 'differs'; readonly how: string }
  /** It is known and does nothing: `instead` is a sentence that says why, or what to do. */
  | { readonly level: 'reported'; readonly instead: string };

export const exact: Support = { level: 'exact' };

export function differs(how: string): Support {
  return { level: 'differs', how };
}

export function reported(instead: string): Support {
  return { level: 'reported', instead };
}

/** What a family says of one of its annotations, besides how it is written. */
export interface About {
  /** What it does: one sentence. */
  readonly doc: string;
  readonly risk: Risk;
  readonly scope: Scope;
  readonly support: Support;
  /** A value that a reader would write. */
  readonly example: string;
  /** Values, in lower case, that ask for what Naru does not do: they are reported. */
  readonly noEffectFor?: readonly string[];
  /** Another annotation, without which it does nothing. */
  readonly needs?: string;
  /** It is read and changes nothing that Envoys get; its `support` or `doc` says why. */
  readonly inert?: true;
  /** Older names, which mean the same. */
  readonly aliases?: readonly string[];
  /**
   * What becomes of the paths of an Ingress whose value cannot be read. `default`: as if it were absent. `deny`: they answer 503,
   * because without the annotation they would be open.
   */
  readonly whenWrong?: 'default' | 'deny';
  /** What is told of a denial, where it is not 503 for paths and 403 for hosts. */
  readonly whenDenied?: string;
}

/** One annotation: how it is written, what it means when absent, and what to tell the reader. */
export interface Field<T> extends About {
  readonly grammar: Grammar<T>;
  readonly fallback: T;
}

export function field<T>(grammar: Grammar<T>, fallback: T, about: About): Field<T> {
  return { grammar, fallback, ...about };
}

/** An annotation without a value of its own to fall back to: absent is `undefined`. */
export function optional<T>(grammar: Grammar<T>, about: About): Field<T | undefined> {
  return { grammar, fallback: undefined, ...about };
}

/** What an absent annotation means, as a user would write it; `undefined` where it means nothing. */
export function printFallback({ fallback, grammar }: Field<unknown>): string | undefined {
  if (fallback === undefined) return undefined;
  if (grammar.print !== undefined) return grammar.print(fallback);
  if (Array.isArray(fallback)) return fallback.join(',');
  // Of the ConfigMap: it stands there as it was written.
  if (typeof fallback === 'object') return undefined;
  return typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
}
