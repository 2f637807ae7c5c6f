import { boolean, type Grammar, oneOf, wholeNumber as wholeNumberGrammar } from '../annotations/grammar.ts';

/** How a key of the ConfigMap is written, what it means when absent, and what to tell the reader. */
export interface Setting<T> {
  readonly grammar: Grammar<T>;
  readonly fallback: T;
  /** The fallback as a user would write it; absent where `String` writes it so. */
  readonly shown?: string;
  /** What it does: one sentence. */
  readonly doc: string;
}

/** The fallback as a user would write it. */
export function printFallback({ fallback, shown }: Setting<unknown>): string {
  return shown ?? String(fallback);
}

/** A setting whose default is written as a user would. @throws Error for a default that its own grammar does not take. */
export function written<T>(grammar: Grammar<T>, shown: string, doc: string): Setting<T> {
  const parsed = grammar.parse(shown);
  if (!parsed.ok) throw new Error(`${shown}: ${parsed.message}`);
  return { grammar, fallback: parsed.value, shown: shown === '' ? 'none' : shown, doc };
}

export function flag(fallback: boolean, doc: string): Setting<boolean> {
  return { grammar: boolean, fallback, doc };
}

export function wholeNumber({
  fallback,
  doc,
  ...limits
}: {
  readonly fallback: number;
  readonly doc: string;
  readonly min?: number;
  readonly max?: number;
  readonly type?: string;
}): Setting<number> {
  return { grammar: wholeNumberGrammar(limits), fallback, doc };
}

export function choice<const T extends string>(allowed: readonly T[], fallback: T, doc: string): Setting<T> {
  return { grammar: oneOf(...allowed), fallback, doc };
}

/** Any text. `type` says what it stands for. */
export function freeText(fallback: string, doc: string, type = 'text'): Setting<string> {
  return written({ type, parse: (text) => ({ ok: true, value: text }) }, fallback, doc);
}
