import { problem, type Problem } from '../model/problem.ts';
import type { Source } from '../model/source.ts';
import type { Policies } from './annotations/index.ts';
import type { AnnotationDefaults } from './config/tables.ts';

/** Whether there is somebody to send the traces to that an Ingress asks for. */
export function checkCollector(
  { tracing }: Partial<Policies>,
  source: Source,
  said: AnnotationDefaults,
): { readonly denied: false; readonly problems: readonly Problem[] } {
  if (tracing?.route.traced !== true || (said['otlp-collector-host'] ?? '') !== '') return { denied: false, problems: [] };
  const missing = problem('NR811', source, {
    message: 'enable-opentelemetry is on, and otlp-collector-host of the ConfigMap does not say where traces go.',
    done: 'Nothing is traced.',
    fix: 'Set otlp-collector-host in the ConfigMap to the collector, or remove the annotation.',
  });
  return { denied: false, problems: [missing] };
}
