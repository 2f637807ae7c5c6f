import { map, merge, type Observable, partition, share } from 'rxjs';
import type { KubeEvent } from '../kube/event.ts';
import type { Build, Pass } from './build.ts';
import { coalesce } from './coalesce.ts';

/** Endpoints come and go often and a change of them costs little: they wait less than the rest. */
const endpointBurst = { quietMs: 5, maxWaitMs: 50 };
const burst = { quietMs: 20, maxWaitMs: 250 };

/** Kubernetes events in, passes out. Each batch is one synchronous pass through the build. */
export function pipeline(events: Observable<KubeEvent>, build: Build): Observable<Pass> {
  const [endpoints, others] = partition(events.pipe(share()), (event) => event.type !== 'problems' && event.kind === 'EndpointSlice');
  return merge(endpoints.pipe(coalesce(endpointBurst)), others.pipe(coalesce(burst))).pipe(map((batch) => build.apply(batch)));
}
