import type { CodeRows } from './row.ts';

/** 2xx: annotations. */
export const annotationCodes = {
  NR214: {
    severity: 'error',
    title: 'An annotation value is not valid',
  },
  NR230: {
    severity: 'warning',
    title: 'A canary without a primary',
  },
  NR231: {
    severity: 'info',
    title: 'A canary without ready pods',
  },
  NR232: {
    severity: 'warning',
    title: 'A second canary for the same path',
  },
} as const satisfies CodeRows;
