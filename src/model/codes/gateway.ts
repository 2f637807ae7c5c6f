import type { CodeRows } from './row.ts';

/** The Gateway API. */
export const gatewayCodes = {
  NR601: {
    severity: 'error',
    title: 'A backend of a route of the Gateway API that cannot be used',
    meaning: 'Its share of the requests is answered with 500; other backends of the rule get theirs.',
  },
  NR602: {
    severity: 'error',
    title: 'A BackendTLSPolicy that cannot be used as it is written',
    meaning: 'Without any certificate that can be used, requests to its backends are answered with 500: nothing is sent in plain text.',
  },
} as const satisfies CodeRows;
