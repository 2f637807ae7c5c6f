import type { CodeRows } from './row.ts';

/** 4xx: certificates. */
export const tlsCodes = {
  NR401: {
    severity: 'error',
    title: 'A TLS Secret is missing',
  },
  NR402: {
    severity: 'error',
    title: 'A TLS Secret cannot be used',
  },
  NR403: {
    severity: 'warning',
    title: 'No certificate for a TLS host',
  },
  NR404: {
    severity: 'error',
    title: 'A certificate has expired, or is not valid yet',
  },
  NR405: {
    severity: 'warning',
    title: 'A certificate expires soon',
  },
} as const satisfies CodeRows;
