/** Run by a test in a process of its own, which ends when nothing is left open: unsubscribes while echo servers are being started. */
import { Subject } from 'rxjs';
import { withEchoBackends } from '../../src/dev/echo-backends.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import { service, synced, upsert } from '../support/objects.ts';

const input = new Subject<KubeEvent>();
let slices = 0;
const subscription = input.pipe(withEchoBackends()).subscribe((event) => {
  if (event.type !== 'upsert' || event.kind !== 'EndpointSlice' || ++slices !== 3) return;
  // The fourth server has begun to listen by then.
  setImmediate(() => {
    subscription.unsubscribe();
    process.stdout.write('unsubscribed\n');
  });
});
for (let index = 0; index < 50; index++) input.next(upsert(service(`web-${index}`)));
for (const event of synced) input.next(event);
