import type { ProblemCode } from '../../model/codes.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Violation } from '../../proto/validate.ts';
import type { Override } from '../../store/overlay-table.ts';

/** Why something would not do: what is wrong and what to do about it, a sentence each. */
export interface Objection {
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
}

/** What stands in the place of a row of the Model that Envoy would refuse, and what is said of it. */
export interface Checked<T> extends Override<T> {
  readonly problems: readonly Problem[];
}

/** `where` stands for the object of something that came from none. */
export function objected({ code, message, fix }: Objection, source: Source | undefined, where: string, done: string): Problem {
  return problem(code, source ?? { kind: 'Naru', namespace: '', name: where }, { message, done, fix });
}

/** For constraints that have no words of their own. */
export function constraintObjection(code: ProblemCode, what: string, [violation]: readonly Violation[]): Objection | undefined {
  if (violation === undefined) return undefined;
  const { path, rule } = violation;
  return {
    code,
    message: `Envoy would refuse ${what}: ${path === '' ? 'it' : path} ${rule}.`,
    fix: 'Change what it is made of; the field is named as in the documentation of Envoy.',
  };
}

const shown = 60;

/** A value as it stands in a sentence; control characters are visible. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > shown ? `${text.slice(0, shown)}…` : text);
}
