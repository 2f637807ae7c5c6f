import { codes, type ProblemCode, type Severity } from './codes.ts';
import type { Source } from './source.ts';

/** Something a user should hear about an object of theirs. A mistake of a user is a value of this type, never an exception. */
export interface Problem {
  /** Stable number of the kind of problem, such as `NR214`. The catalogue is `codes.ts`. */
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly source: Source;
  /** What is wrong, in the user's words: one sentence. */
  readonly message: string;
  /** What was done instead: one sentence. */
  readonly done: string;
  /** What to do about it: one sentence. */
  readonly fix?: string;
}

/** A problem with the severity that its code has in the catalogue. */
export function problem(code: ProblemCode, source: Source, text: { message: string; done: string; fix?: string }): Problem {
  return { code, severity: codes[code].severity, source, ...text };
}
