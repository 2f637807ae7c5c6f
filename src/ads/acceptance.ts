import { typeNames, type Resource, type TypeName } from '../snapshot/resource.ts';
import type { TypeState } from './type-state.ts';

/**
 * Tells when an Envoy has accepted a snapshot completely. That all answers are in is not enough: an Envoy that has
 * just accepted a cluster may not have asked for its endpoints yet. So resources that came to be held are looked at
 * until all they refer to is held as well; what was found complete is not looked at again until it changes.
 */
export class Acceptance {
  readonly #types: Readonly<Record<TypeName, TypeState>>;
  readonly #open = new Map<string, Resource>();
  #accepted = 0;

  constructor(types: Readonly<Record<TypeName, TypeState>>) {
    this.#types = types;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** The client has come to hold this resource. */
  held(resource: Resource): void {
    if (resource.references.length > 0) this.#open.set(`${resource.type} ${resource.name}`, resource);
  }

  /** The number of a snapshot that has been accepted since the last call. */
  advance(): number | undefined {
    if (!this.#types.listeners.subscribed) return undefined;
    let number = Infinity;
    for (const type of typeNames) {
      if (this.#types[type].subscribed) number = Math.min(number, this.#types[type].acknowledged);
    }
    if (number <= this.#accepted) return undefined;
    for (const [key, resource] of this.#open) {
      if (this.#isHeld(resource) && !this.#isComplete(resource)) return undefined;
      this.#open.delete(key);
    }
    this.#accepted = number;
    return number;
  }

  /** What is held and stays: what is about to be removed needs nothing any more. */
  #isHeld({ type, name, version }: Resource): boolean {
    const { subscription, departures } = this.#types[type];
    return subscription.held.get(name)?.version === version && !departures.has(name);
  }

  #isComplete({ references }: Resource): boolean {
    return references.every(({ type, name }) => this.#types[type].subscription.held.has(name));
  }
}
