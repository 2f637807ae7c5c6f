import type { CodeRows } from './row.ts';

/** 7xx: what an Envoy refuses (70x), or would refuse and is kept from it (71x). */
export const envoyCodes = {
  NR701: {
    severity: 'error',
    title: 'An Envoy refused a resource',
  },
  NR711: {
    severity: 'error',
    title: 'A host that cannot be served',
  },
  NR712: {
    severity: 'error',
    title: 'A path that Envoy would refuse',
  },
  NR713: {
    severity: 'error',
    title: 'A route that Envoy would refuse',
  },
  NR714: {
    severity: 'error',
    title: 'An address that Envoy would refuse',
  },
  NR715: {
    severity: 'error',
    title: 'A backend that Envoy would refuse',
  },
  NR716: {
    severity: 'error',
    title: 'A certificate that Envoy would refuse',
  },
} as const satisfies CodeRows;
