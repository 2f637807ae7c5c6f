import type { CodeRows } from './row.ts';

/** 5xx: Services and their pods. */
export const backendCodes = {
  NR501: {
    severity: 'error',
    title: 'A Service does not exist',
  },
  NR502: {
    severity: 'error',
    title: 'A Service has no such port',
  },
  NR503: {
    severity: 'error',
    title: 'A kind of backend that is not supported',
  },
} as const satisfies CodeRows;
