import type { Subscription } from 'rxjs';
import { connect } from '../../src/kube/connection.ts';
import type { Ingress, ReachableAt } from '../../src/kube/objects.ts';
import { watchKind } from '../../src/kube/watch.ts';

/** The Ingresses of a namespace as an API server tells of them, without the time that a kubectl takes to start. */
export class WatchedIngresses {
  readonly #ingresses = new Map<string, Ingress>();
  readonly #history = new Map<string, string[]>();
  readonly #listeners = new Set<() => void>();
  #subscription: Subscription | undefined;

  static async start(kubeconfig: string, namespace: string): Promise<WatchedIngresses> {
    const watched = new WatchedIngresses();
    watched.#subscription = watchKind(await connect({ kubeconfig }), 'Ingress', { namespace }).subscribe((event) => {
      if (event.type === 'upsert') watched.#take(event.key, event.object as Ingress);
      for (const listener of watched.#listeners) listener();
    });
    return watched;
  }

  /** Resolves at the very moment at which an address appears. */
  addressesOf(key: string): Promise<readonly ReachableAt[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        const addresses = this.#ingresses.get(key)?.status?.loadBalancer.ingress;
        if (addresses === undefined) return;
        this.#listeners.delete(look);
        resolve(addresses);
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** The addresses that an Ingress has had, one after another. */
  written(key: string): readonly string[] {
    return this.#history.get(key) ?? [];
  }

  #take(key: string, ingress: Ingress): void {
    this.#ingresses.set(key, ingress);
    const addresses = (ingress.status?.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname).join(', ');
    const history = this.#history.get(key) ?? [];
    if (history.at(-1) !== addresses) this.#history.set(key, [...history, addresses]);
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }
}
