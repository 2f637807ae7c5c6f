import type { CodeRows } from './row.ts';

/** 1xx: files and the objects in them, and which of them are served. */
export const fileCodes = {
  NR101: {
    severity: 'error',
    title: 'A file cannot be parsed',
    meaning: 'Nothing of the file is active. Where it was read before, as by naru dev, what it held last stays active.',
    cause: 'It is neither YAML nor JSON: an indentation, a bracket or a quote is wrong, or it was saved half-written.',
    fix: 'Correct the place that the message shows. The rest of the file is not looked at before.',
  },
  NR102: {
    severity: 'error',
    title: 'An object is not valid',
    meaning: 'This object alone is left out. Where a version of it was read before from a folder, that one stays active.',
    cause: 'A field lacks, has another type, or a value that an API server would refuse, too.',
    fix: 'Correct the field that the message names.',
  },
  NR103: {
    severity: 'info',
    title: 'A kind that Naru does not read',
    meaning: 'It is passed over. Nothing is wrong with it.',
    cause: 'A folder mostly holds more than routing: Deployments, for example.',
    fix: 'Nothing, unless it was meant to be a kind that Naru reads: then look at apiVersion and kind.',
  },
  NR104: {
    severity: 'error',
    title: 'Two documents describe the same object',
    meaning: 'The first one counts, by the order of files and of documents in them; the other has no effect.',
    cause: 'The same kind, namespace and name stand twice, often in a copy of a file.',
    fix: 'Delete or rename one of them.',
  },
  NR110: {
    severity: 'warning',
    title: 'The Ingress names an IngressClass that does not exist',
    meaning: 'The Ingress is not served. If another controller serves that class by its name, nothing is wrong.',
    cause: 'spec.ingressClassName is mistyped, or the IngressClass was not applied or was deleted.',
    fix: 'Name an IngressClass that is there (kubectl get ingressclass), or create it with the controller that Naru answers to.',
  },
  NR111: {
    severity: 'info',
    title: 'The Ingress has no class',
    meaning: 'The Ingress is not served by Naru.',
    cause: 'It says neither spec.ingressClassName nor the older annotation, and no IngressClass is the default one.',
    fix: 'Set spec.ingressClassName, mark an IngressClass as the default, or run Naru with --watch-ingress-without-class.',
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
    meaning: 'All paths of the Ingress answer 503, so that nothing is served without what the annotation may protect.',
    cause: 'annotation-value-word-blocklist of the ConfigMap names the word.',
    fix: 'Write the value without it, or let whoever runs Naru change the list.',
  },
} as const satisfies CodeRows;
