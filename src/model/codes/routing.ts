import type { CodeRows } from './row.ts';

/** 3xx: hosts and paths. */
export const routingCodes = {
  NR302: {
    severity: 'warning',
    title: 'The path is already taken',
  },
} as const satisfies CodeRows;
