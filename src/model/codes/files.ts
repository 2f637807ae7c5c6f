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
  NR112: {
    severity: 'error',
    title: 'Default backends are turned off',
    meaning: 'The Ingress is not served, with none of its rules. Nothing else is touched.',
    cause: 'Naru runs with --disable-catch-all, so that no Ingress takes the requests that nobody else wants.',
    fix: 'Remove spec.defaultBackend: a rule with the path "/" takes what is left of its own host.',
  },
  NR113: {
    severity: 'error',
    title: 'An annotation holds a word that is not allowed',
  },
} as const satisfies CodeRows;
