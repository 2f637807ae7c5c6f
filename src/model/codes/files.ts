import type { CodeRows } from './row.ts';

/** 1xx: files and the objects in them, and which of them are served. */
export const fileCodes = {
  NR101: {
    severity: 'error',
    title: 'A file cannot be parsed',
  },
  NR102: {
    severity: 'error',
    title: 'An object is not valid',
  },
  NR103: {
    severity: 'info',
    title: 'A kind that Naru does not read',
  },
  NR104: {
    severity: 'error',
    title: 'Two documents describe the same object',
  },
  NR110: {
    severity: 'warning',
    title: 'The Ingress names an IngressClass that does not exist',
  },
  NR111: {
    severity: 'info',
    title: 'The Ingress has no class',
  },
} as const satisfies CodeRows;
