/** One thing that was looked at. */
export interface Finding {
  /** `skip`: it could not be looked at. */
  readonly state: 'ok' | 'warn' | 'FAIL' | 'skip';
  readonly text: string;
  /** What to do. */
  readonly hint?: string;
}

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function ok(text: string): Finding {
  return { state: 'ok', text };
}

export function warn(text: string, hint?: string): Finding {
  return { state: 'warn', text, ...(hint === undefined ? {} : { hint }) };
}

export function fail(text: string, hint?: string): Finding {
  return { state: 'FAIL', text, ...(hint === undefined ? {} : { hint }) };
}
