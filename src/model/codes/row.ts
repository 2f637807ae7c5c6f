export type Severity = 'error' | 'warning' | 'info';

/** A kind of problem: everything that `naru codes` and docs/codes.md say of it. */
export interface CodeRow {
  readonly severity: Severity;
  /** A few words, without a full stop. */
  readonly title: string;
  /** What is wrong is the name of the field, not its value. */
  readonly ofName?: true;
  /** What follows for traffic: what is served instead, and that nothing else is touched. */
  readonly meaning: string;
  /** How it comes about. */
  readonly cause: string;
  /** What to do about it. */
  readonly fix: string;
  /** Objects with this mistake, as YAML: `naru lint` finds it in them, and a test holds it to that. */
  readonly example?: string;
  /** In place of an example, where no file can show it: what a user reads. */
  readonly reads?: string;
}

export type CodeRows = Readonly<Record<`NR${number}`, CodeRow>>;
