import { parseTemplate } from '../nginx/variables.ts';
import { defineFamily } from './family.ts';
import { differs, optional } from './field.ts';
import { type Grammar, matching } from './grammar.ts';

/** What ingress-nginx's template sets for each location, known beforehand; here in place of what it is set to. */
const known = { namespace: '-', ingress_name: '-', service_name: '-', service_port: '-' };

/** ValidateServerName in ingress-nginx's internal/ingress/annotations/parser/validators.go, and only variables that say something here. */
const host: Grammar<string> = {
  type: 'hostname with variables',
  parse(text) {
    const read = characters.parse(text);
    if (!read.ok) return read;
    const template = parseTemplate(text, known);
    return template.ok ? read : template;
  },
};

const characters = matching('hostname', /[-._~A-Za-z0-9:${}]+/, { max: 1024 });

export const upstreamHost = defineFamily({
  title: 'Host for backends',
  summary: 'Which host backends see in place of the one that the client named.',
  fields: {
    'upstream-vhost': optional(host, {
      doc: 'The Host header of requests to backends; $service_name, $service_port, $namespace, $ingress_name and variables of nginx have values.',
      ...{
        ...{ risk: 'Low', scope: 'path', example: '$service_name.$namespace.svc' },
        support: differs('Of the variables of nginx it knows those that Envoy has a word for.'),
      },
    }),
  },
  apply: (values) => values['upstream-vhost'],
});
