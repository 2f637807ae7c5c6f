import { concatMap, connect, filter, map, merge, type Observable, of, type OperatorFunction, tap, timer } from 'rxjs';
import type { KubeEvent } from '../kube/event.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
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
  readonly now?: () => number;
  /** Hears what Envoys without a configuration can be told before the first snapshot is made. */
  readonly onHeadStart?: (snapshot: Snapshot) => void;
}

/** As long as this the first pass rests when it has come half way: what was told is written to sockets meanwhile. */
const headStartMs = 5;

/** Kubernetes events in, passes out. Each batch is one synchronous pass through the build; only the first may rest half way. */
export function pipeline(
  events: Observable<KubeEvent>,
  build: Pick<Build, 'apply' | 'begin'>,
  { now = () => performance.now(), onHeadStart }: PipelineOptions = {},
): Observable<Pass> {
  // Whoever waits as long as the last pass took is not busy for much more than half of the time.
  const passes = ({ firstMs, quietMs, maxWaitMs }: typeof burst): OperatorFunction<KubeEvent, () => Observable<Pass>> => {
    let tookMs = 0;
    let since: number | undefined;
    const apply = (batch: readonly KubeEvent[]): Observable<Pass> => {
      const start = now();
      const timed = (pass: Pass): Pass => {
        const end = now();
        tookMs = end - start;
        const timing = { since: since ?? start, start, end };
        since = undefined;
        return { ...pass, timing };
      };
      const begun = onHeadStart && build.begin(batch);
      if (begun === undefined) return of(timed(build.apply(batch)));
      onHeadStart?.(begun.headStart);
      return timer(headStartMs).pipe(map(() => timed(begun.finish())));
    };
    return (source) =>
      source.pipe(
        tap(() => (since ??= now())),
        coalesce({ firstMs, quietMs: () => Math.max(quietMs, tookMs), maxWaitMs }),
        map((batch) => () => apply(batch)),
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
    concatMap((pass) => pass()),
  );
}

function isOfEndpoints(event: KubeEvent): boolean {
  return event.type !== 'problems' && event.kind === 'EndpointSlice';
}
