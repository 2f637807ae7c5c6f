import type { CodeRows } from './row.ts';

/** 9xx: mistakes of our own. */
export const naruCodes = {
  NR901: {
    severity: 'error',
    title: 'A part of the configuration could not be computed',
  },
} as const satisfies CodeRows;
