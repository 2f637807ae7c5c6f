import { connect, filter, map, merge, type Observable, type OperatorFunction, tap } from 'rxjs';
import type { KubeEvent } from '../kube/event.ts';
import type { Build, Pass } from './build.ts';
import { coalesce } from './coalesce.ts';

/**
 * The least quiet and the longest wait, by measurement: see `bench/coalesce.ts`. Endpoints come and go often and a change of
 * them costs little: they wait less than the rest. They also go first when both come at once, so that a route finds its pods.
 */
const endpointBurst = { firstMs: 0, quietMs: 2, maxWaitMs: 50 };
const burst = { firstMs: 1, quietMs: 5, maxWaitMs: 250 };

export interface PipelineOptions {
  /** Milliseconds on a clock that does not jump. */
  readonly now: () => number;
}

/** Kubernetes events in, passes out. Each batch is one synchronous pass through the build. */
export function pipeline(
  events: Observable<KubeEvent>,
  build: Pick<Build, 'apply'>,
  { now }: PipelineOptions = { now: () => performance.now() },
): Observable<Pass> {
  // Whoever waits as long as the last pass took is not busy for much more than half of the time.
  const passes = ({ firstMs, quietMs, maxWaitMs }: typeof burst): OperatorFunction<KubeEvent, Pass> => {
    let tookMs = 0;
    let since: number | undefined;
    const apply = (batch: readonly KubeEvent[]): Pass => {
      const start = now();
      const pass = build.apply(batch);
      const end = now();
      tookMs = end - start;
      const timing = { since: since ?? start, start, end };
      since = undefined;
      return { ...pass, timing };
    };
    return (source) =>
      source.pipe(
        tap(() => (since ??= now())),
        coalesce({ firstMs, quietMs: () => Math.max(quietMs, tookMs), maxWaitMs }),
        map(apply),
      );
  };
  return events.pipe(
    // Both ways are there before the first event, which a source may send while it is subscribed to.
    connect((all) =>
      merge(
        all.pipe(filter(isOfEndpoints), passes(endpointBurst)),
        all.pipe(
          filter((event) => !isOfEndpoints(event)),
          passes(burst),
        ),
      ),
    ),
  );
}

function isOfEndpoints(event: KubeEvent): boolean {
  return event.type !== 'problems' && event.kind === 'EndpointSlice';
}
