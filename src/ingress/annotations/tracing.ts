import type { RoutePolicy } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, optional, reported } from './field.ts';
import { boolean, matching } from './grammar.ts';

/** As internal/ingress/annotations/opentelemetry of ingress-nginx reads them. */
export const tracing = defineFamily({
  title: 'Tracing',
  summary: 'How requests for the paths of an Ingress are traced with OpenTelemetry, where the ConfigMap switches that on.',
  fields: {
    'opentelemetry-operation-name': optional(matching('name', /[A-Za-z0-9_-]+/, { max: 128 }), {
      doc: 'Name of their spans, in place of that in the ConfigMap.',
      ...{ risk: 'Medium', scope: 'path', example: 'checkout' },
      support: differs('Spans of hosts with a wildcard, and of requests for any host, are called what the ConfigMap says.'),
    }),
    'enable-opentelemetry': optional(boolean, {
      doc: 'Whether they are traced.',
      ...{ risk: 'Low', scope: 'path', example: 'true' },
      support: reported('Requests are traced for all hosts or for none: enable-opentelemetry of the ConfigMap says so.'),
    }),
    'opentelemetry-trust-incoming-span': optional(boolean, {
      doc: 'Whether their spans belong to the trace of the caller.',
      ...{ risk: 'Low', scope: 'path', example: 'true' },
      support: reported('Callers are trusted for all hosts or for none: opentelemetry-trust-incoming-span of the ConfigMap says so.'),
    }),
  },
  apply(values): { readonly route: RoutePolicy } {
    const name = values['opentelemetry-operation-name'];
    return { route: name === undefined ? {} : { spanName: name } };
  },
});
