import type { Metadata } from '../kube/objects.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { RoutePolicy } from '../model/route-policy.ts';
import type { Source } from '../model/source.ts';

/** In the metadata of an Ingress: Envoys keep the distribution of the times of its requests, which costs fourteen series for each backend. */
export const latencyHistogram = 'naru.io/latency-histogram';

export function latencyPolicy({ annotations }: Pick<Metadata, 'annotations'>): RoutePolicy {
  return annotations[latencyHistogram] === 'true' ? { timed: true } : {};
}

export function checkLatencyHistogram({ annotations }: Pick<Metadata, 'annotations'>, source: Source): readonly Problem[] {
  const text = annotations[latencyHistogram] ?? 'false';
  if (text === 'true' || text === 'false') return [];
  const found = problem(
    'NR214',
    { ...source, field: `metadata.annotations["${latencyHistogram}"]` },
    {
      message: `${latencyHistogram} is ${JSON.stringify(text)}, which is neither "true" nor "false".`,
      done: 'There is no distribution of the times of its requests.',
      fix: 'Write "true", or leave it out.',
    },
  );
  return [found];
}
