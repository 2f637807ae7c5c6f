import { isDeepStrictEqual } from 'node:util';
import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';
import type { KubeEvent, ObjectKey } from '../kube/event.ts';
import { objectKey } from '../kube/event.ts';
import type { Kind, Service } from '../kube/objects.ts';
import { readEchoPodCount } from './echo-pod-count.ts';
import { canEcho, EchoPods } from './echo-pods.ts';

/**
 * Gives every Service without an EndpointSlice of its own echo pods, which are servers in this process, until a slice for it
 * appears. Events keep their order, except that `synced` of EndpointSlice waits for the Services, so that the slices of the
 * echo pods come before it.
 */
export function withEchoBackends(): MonoTypeOperatorFunction<KubeEvent> {
  return (events) =>
    new Observable((subscriber) => {
      const backends = new EchoBackends(subscriber);
      let queue: KubeEvent[] = [];
      let working = false;
      let completed = false;

      async function work(): Promise<void> {
        working = true;
        // What comes in one go is looked at as a whole: a Service followed by its slice needs no echo pods in between.
        await Promise.resolve();
        while (queue.length > 0) {
          const batch = queue;
          queue = [];
          await backends.apply(batch);
        }
        working = false;
        if (completed) subscriber.complete();
      }

      subscriber.add(() => backends.close());
      subscriber.add(
        events.subscribe({
          next: (event) => {
            queue.push(event);
            if (!working) work().catch((error: unknown) => subscriber.error(error));
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            completed = true;
            if (!working) subscriber.complete();
          },
        }),
      );
    });
}

class EchoBackends {
  readonly #output: Subscriber<KubeEvent>;
  readonly #services = new Map<ObjectKey, Service>();
  /** By slice, the Service that it belongs to. */
  readonly #owners = new Map<ObjectKey, ObjectKey>();
  readonly #pods = new Map<ObjectKey, EchoPods>();
  readonly #withProblems = new Set<ObjectKey>();
  /** Services to look at again, with what made it necessary. */
  readonly #touched = new Map<ObjectKey, string | undefined>();
  readonly #synced = new Set<Kind>();
  #loaded = false;

  constructor(output: Subscriber<KubeEvent>) {
    this.#output = output;
  }

  async apply(batch: readonly KubeEvent[]): Promise<void> {
    for (const event of batch) {
      this.#follow(event);
      const held = event.type === 'synced' && event.kind === 'EndpointSlice';
      if (!held) this.#output.next(event);
      if (this.#loaded || !this.#synced.has('Service') || !this.#synced.has('EndpointSlice')) continue;
      this.#loaded = true;
      await this.#reconcile();
      this.#output.next({ type: 'synced', kind: 'EndpointSlice' });
    }
    if (this.#loaded) await this.#reconcile();
  }

  close(): void {
    for (const pods of this.#pods.values()) pods.closeAll();
  }

  #follow(event: KubeEvent): void {
    if (event.type === 'synced') this.#synced.add(event.kind);
    if (event.type !== 'upsert' && event.type !== 'delete') return;
    const { key, kind, cause } = event;
    if (kind === 'Service') {
      if (event.type === 'upsert' && event.object.kind === 'Service') this.#services.set(key, event.object);
      else this.#services.delete(key);
      this.#touched.set(key, cause);
    }
    if (kind === 'EndpointSlice') this.#setOwner(key, event.type === 'upsert' ? ownerOf(event.object) : undefined, cause);
  }

  #setOwner(slice: ObjectKey, owner: ObjectKey | undefined, cause: string | undefined): void {
    const former = this.#owners.get(slice);
    if (owner === former) return;
    if (former !== undefined) this.#touched.set(former, cause);
    if (owner === undefined) this.#owners.delete(slice);
    else {
      this.#owners.set(slice, owner);
      this.#touched.set(owner, cause);
    }
  }

  async #reconcile(): Promise<void> {
    if (this.#touched.size === 0) return;
    const owners = new Set(this.#owners.values());
    for (const [key, cause] of this.#touched) {
      if (this.#output.closed) return;
      const service = this.#services.get(key);
      if (service !== undefined && canEcho(service) && !owners.has(key)) await this.#serve(key, service, cause);
      else this.#stop(key, cause);
    }
    this.#touched.clear();
  }

  async #serve(key: ObjectKey, service: Service, cause = `echo pods of Service ${key}`): Promise<void> {
    const pods = this.#pods.get(key) ?? new EchoPods();
    this.#pods.set(key, pods);
    const count = readEchoPodCount(service);
    const before = pods.slices;
    await pods.update(service, count.pods);
    if (this.#output.closed) return pods.closeAll();
    for (const [slice, object] of pods.slices) {
      if (isDeepStrictEqual(before.get(slice), object)) continue;
      this.#output.next({ type: 'upsert', kind: 'EndpointSlice', key: slice, object, cause });
    }
    this.#removeSlices(
      [...before.keys()].filter((slice) => !pods.slices.has(slice)),
      cause,
    );
    pods.closeUnwanted();
    this.#report(key, count.problems);
  }

  #stop(key: ObjectKey, cause = `echo pods of Service ${key}`): void {
    const pods = this.#pods.get(key);
    if (pods === undefined) return;
    this.#pods.delete(key);
    this.#removeSlices([...pods.slices.keys()], cause);
    pods.closeAll();
    this.#report(key, []);
  }

  #removeSlices(slices: readonly ObjectKey[], cause: string): void {
    for (const key of slices) {
      // A real slice may have taken the name.
      if (!this.#owners.has(key)) this.#output.next({ type: 'delete', kind: 'EndpointSlice', key, cause });
    }
  }

  #report(key: ObjectKey, problems: (KubeEvent & { readonly type: 'problems' })['problems']): void {
    if (problems.length === 0 && !this.#withProblems.has(key)) return;
    if (problems.length === 0) this.#withProblems.delete(key);
    else this.#withProblems.add(key);
    this.#output.next({ type: 'problems', origin: `echo pods of Service ${key}`, problems });
  }
}

function ownerOf(object: { readonly kind: Kind; readonly metadata: Service['metadata'] }): ObjectKey | undefined {
  const name = object.metadata.labels['kubernetes.io/service-name'];
  return name === undefined ? undefined : objectKey(object.metadata.namespace, name);
}
