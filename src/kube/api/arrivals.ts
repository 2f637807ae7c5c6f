import type { Collection } from '../collection.ts';
import type { Connection } from '../connection.ts';
import { resourceName, servedResources } from './discovery.ts';
import { Outage } from './outage.ts';

/** Who waits for kinds of one group and version. */
class Group {
  readonly #stop = new AbortController();
  readonly #ends = new Map<() => void, string>();

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  add(resource: string, end: () => void): void {
    this.#ends.set(end, resource);
  }

  delete(end: () => void): void {
    this.#ends.delete(end);
    if (this.#ends.size === 0) this.#stop.abort();
  }

  served(resources: ReadonlySet<string>): void {
    for (const [end, resource] of [...this.#ends]) if (resources.has(resource)) end();
  }
}

/**
 * Tells when an API server gets a kind that it does not have yet, as by a custom resource definition. While anybody waits it is asked again and
 * again, once for all kinds of a group: everybody may ask that, and the answer is small.
 */
export class Arrivals {
  readonly #everyMs: number;
  readonly #idleMs: number;
  readonly #groups = new Map<string, Group>();

  constructor({ discoveryMs, listIdleMs }: { readonly discoveryMs: number; readonly listIdleMs: number }) {
    this.#everyMs = discoveryMs;
    this.#idleMs = listIdleMs;
  }

  /** Resolves when the kind is there, after the delay, or when the signal comes. */
  wait(connection: Connection, { apiVersion, path }: Collection, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const group = this.#groups.get(apiVersion) ?? this.#follow(connection, apiVersion);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        group.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      group.add(resourceName(path), end);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end);
    });
  }

  #follow(connection: Connection, apiVersion: string): Group {
    const group = new Group();
    this.#groups.set(apiVersion, group);
    group.signal.addEventListener('abort', () => this.#groups.delete(apiVersion));
    void this.#ask(connection, apiVersion, group);
    return group;
  }

  async #ask(connection: Connection, apiVersion: string, group: Group): Promise<void> {
    const { signal } = group;
    while (!signal.aborted) {
      await new Outage().wait(this.#everyMs, signal);
      if (signal.aborted) return;
      group.served(await servedResources(connection, apiVersion, { signal, idleMs: this.#idleMs }));
    }
  }
}
