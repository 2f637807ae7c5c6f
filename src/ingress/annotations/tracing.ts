import type { RoutePolicy } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, optional } from './field.ts';
import { boolean, matching } from './grammar.ts';

/** As internal/ingress/annotations/opentelemetry of ingress-nginx reads them. */
export const tracing = defineFamily({
  title: 'Tracing',
  summary: 'How requests for the paths of an Ingress are traced with OpenTelemetry.',
  fields: {
    'opentelemetry-operation-name': optional(matching('name', /[A-Za-z0-9_-]+/, { max: 128 }), {
      doc: 'Name of their spans, in place of that in the ConfigMap.',
      ...{ risk: 'Medium', scope: 'path', example: 'checkout' },
      support: differs('Spans of hosts with a wildcard, and of requests for any host, are called what the ConfigMap says.'),
    }),
    'enable-opentelemetry': optional(boolean, {
      doc: 'Whether they are traced; the ConfigMap names the collector and the sampler.',
      ...{ risk: 'Low', scope: 'path', example: 'true' },
      support: differs(
        'For hosts with a wildcard, for any host, and for a redirect of plain http to https, the ConfigMap says it. Where it is `false`, the backend is told that the request is not traced.',
      ),
    }),
    'opentelemetry-trust-incoming-span': optional(boolean, {
      doc: 'Whether what the caller says of its trace is taken for true.',
      ...{ risk: 'Low', scope: 'path', example: 'true' },
      support: differs(
        'With `false` the caller does not decide whether a request is traced, but a span still names the trace of the caller. For hosts with a wildcard, and for any host, the ConfigMap says it; where it says `false`, nobody is trusted.',
      ),
    }),
  },
  apply(values): { readonly route: RoutePolicy } {
    const name = values['opentelemetry-operation-name'];
    const traced = values['enable-opentelemetry'];
    const distrustsCaller = values['opentelemetry-trust-incoming-span'] === false;
    return {
      route: {
        ...(name === undefined ? {} : { spanName: name }),
        ...(traced === undefined ? {} : { traced }),
        ...(distrustsCaller && { distrustsCaller }),
      },
    };
  },
});
