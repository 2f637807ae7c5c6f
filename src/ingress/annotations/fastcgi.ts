import { defineFamily } from './family.ts';
import { optional, reported } from './field.ts';
import { matching } from './grammar.ts';

const noFastCgi = reported('Envoy does not speak FastCGI: put a web server that does before the application, and name its Service.');

export const fastcgi = defineFamily({
  title: 'FastCGI',
  summary: 'Parameters for backends that speak FastCGI.',
  fields: {
    'fastcgi-index': optional(matching('file name', /[A-Za-z0-9._-]+/), {
      doc: 'File that a path with a slash at its end stands for.',
      ...{ risk: 'Medium', scope: 'path', support: noFastCgi, example: 'index.php' },
    }),
    'fastcgi-params-configmap': optional(matching('name of a ConfigMap', /[a-z0-9./-]+/), {
      doc: 'ConfigMap with parameters for the backend.',
      ...{ risk: 'Medium', scope: 'path', support: noFastCgi, example: 'fastcgi-params' },
    }),
  },
  apply: () => undefined,
});
