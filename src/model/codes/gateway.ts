import type { CodeRows } from './row.ts';

/** The Gateway API. */
export const gatewayCodes = {
  NR601: {
    severity: 'error',
    title: 'A backend of a route of the Gateway API that cannot be used',
    meaning: 'Its share of the requests is answered with 500; other backends of the rule get theirs.',
  },
} as const satisfies CodeRows;
