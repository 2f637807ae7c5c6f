import { connect, filter, map, merge, type Observable } from 'rxjs';
import type { KubeEvent } from '../kube/event.ts';
import type { Build, Pass } from './build.ts';
import { coalesce } from './coalesce.ts';

/** Endpoints come and go often and a change of them costs little: they wait less than the rest. */
const endpointBurst = { quietMs: 5, maxWaitMs: 50 };
const burst = { quietMs: 20, maxWaitMs: 250 };

/** Kubernetes events in, passes out. Each batch is one synchronous pass through the build. */
export function pipeline(events: Observable<KubeEvent>, build: Pick<Build, 'apply'>): Observable<Pass> {
  const batches = events.pipe(
    // Both ways are there before the first event, which a source may send while it is subscribed to.
    connect((all) =>
      merge(
        all.pipe(filter(isOfEndpoints), coalesce(endpointBurst)),
        all.pipe(
          filter((event) => !isOfEndpoints(event)),
          coalesce(burst),
        ),
      ),
    ),
  );
  return batches.pipe(map((batch) => build.apply(batch)));
}

function isOfEndpoints(event: KubeEvent): boolean {
  return event.type !== 'problems' && event.kind === 'EndpointSlice';
}
