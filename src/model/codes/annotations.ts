import type { CodeRows } from './row.ts';

/** 2xx: annotations. */
export const annotationCodes = {
  NR214: {
    severity: 'error',
    title: 'An annotation value is not valid',
  },
  NR215: {
    severity: 'warning',
    title: 'An annotation without effect',
    ofName: true,
  },
  NR216: {
    severity: 'warning',
    title: 'An annotation that does not exist',
    ofName: true,
  },
  NR217: {
    severity: 'warning',
    title: 'Error pages that nobody makes',
  },
  NR218: {
    severity: 'error',
    title: 'TLS that is not passed through',
  },
  NR219: {
    severity: 'error',
    title: 'Headers of answers that cannot be had',
  },
  NR220: {
    severity: 'error',
    title: 'A snippet that cannot be read, and closes what it might protect',
  },
  NR221: {
    severity: 'warning',
    title: 'Lines of a snippet without effect',
  },
  NR222: {
    severity: 'error',
    title: 'A snippet, where snippets are not allowed',
  },
  NR223: {
    severity: 'error',
    title: 'An annotation that the ConfigMap does not allow',
  },
  NR224: {
    severity: 'warning',
    title: 'A second server-snippet for a host',
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
  NR240: {
    severity: 'error',
    title: 'A protection that lacks what it needs',
  },
  NR241: {
    severity: 'warning',
    title: 'A password hash that cannot be checked',
  },
} as const satisfies CodeRows;
