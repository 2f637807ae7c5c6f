import type { Observable, Subscription } from 'rxjs';
import type { Problem } from '../../../src/model/problem.ts';
import type { KubeEvent } from '../../../src/kube/event.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';

/** Listens to a source and lets a test wait for what it expects next, with a deadline instead of a sleep. */
export class Recorder {
  readonly all: KubeEvent[] = [];
  readonly failures: unknown[] = [];
  readonly #subscription: Subscription;
  #read = 0;
  #wake = (): void => {};

  constructor(events: Observable<KubeEvent>) {
    this.#subscription = events.subscribe({
      next: (event) => {
        this.all.push(event);
        this.#wake();
      },
      error: (error: unknown) => {
        this.failures.push(error);
        this.#wake();
      },
    });
  }

  /** The events since the last call, up to and with the first that fits. */
  async until(fits: (event: KubeEvent) => boolean, deadlineMs = 5000): Promise<readonly KubeEvent[]> {
    const deadline = performance.now() + deadlineMs;
    const start = this.#read;
    for (;;) {
      while (this.#read < this.all.length) {
        const event = this.all[this.#read++];
        if (event !== undefined && fits(event)) return this.all.slice(start, this.#read);
      }
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Error(`No such event within ${deadlineMs} ms. Since the last one: ${this.all.slice(start).map(print).join(', ')}`);
      await this.#change(left);
    }
  }

  /** Waits until something holds of all that was heard. */
  async reaches(holds: () => boolean, deadlineMs = 5000): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!holds()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`Not reached within ${deadlineMs} ms. Heard: ${this.all.map(print).join(', ')}`);
      // What is waited for may be elsewhere than among the events.
      await this.#change(Math.min(left, 5));
    }
  }

  async synced(): Promise<void> {
    await this.reaches(() => this.all.some(({ type }) => type === 'synced'));
    this.#read = this.all.length;
  }

  /** Forgets what was heard until now, for `until`. */
  skip(): void {
    this.#read = this.all.length;
  }

  /** What a store that heard everything holds now. */
  objects(): ReadonlyMap<string, KubeObject> {
    const objects = new Map<string, KubeObject>();
    for (const event of this.all) {
      if (event.type === 'upsert') objects.set(`${event.kind} ${event.key}`, event.object);
      if (event.type === 'delete') objects.delete(`${event.kind} ${event.key}`);
    }
    return objects;
  }

  problems(): readonly Problem[] {
    const problems = new Map<string, readonly Problem[]>();
    for (const event of this.all) if (event.type === 'problems') problems.set(event.origin, event.problems);
    return [...problems.values()].flat();
  }

  close(): void {
    this.#subscription.unsubscribe();
  }

  async #change(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** `upsert Ingress shop/web`, `problems shop.yaml NR101`. */
export function print(event: KubeEvent): string {
  switch (event.type) {
    case 'upsert':
    case 'delete':
      return `${event.type} ${event.kind} ${event.key}`;
    case 'synced':
      return `synced ${event.kind}`;
    case 'problems':
      return ['problems', event.origin, ...event.problems.map(({ code }) => code)].join(' ');
  }
}
