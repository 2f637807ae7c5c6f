import type { CodeRows } from './row.ts';

/** 9xx: mistakes of our own. */
export const naruCodes = {
  NR901: {
    severity: 'error',
    title: 'A part of the configuration could not be computed',
    meaning: 'Its last good configuration stays active, and all other parts follow changes.',
    cause: 'This is a defect of Naru, in the code for the part that is named.',
    fix: 'Please report it with the message; naru bug-report gathers the rest.',
  },
} as const satisfies CodeRows;
