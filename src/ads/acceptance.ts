import { typeNames, type Resource, type TypeName } from '../snapshot/resource.ts';
import type { TypeState } from './type-state.ts';
import type { View } from './view.ts';

/**
 * Tells when an Envoy has accepted a snapshot completely. That all answers are in is not enough: an Envoy that has
 * just accepted a cluster may not have asked for its endpoints yet. So resources that came to be held are looked at
 * until all they refer to is held as well; what was found complete is not looked at again until it changes.
 */
export class Acceptance {
  readonly #types: Readonly<Record<TypeName, TypeState>>;
  readonly #open = new Set<Resource>();
  #accepted = 0;

  constructor(types: Readonly<Record<TypeName, TypeState>>) {
    this.#types = types;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** The client has come to hold this resource. */
  held(resource: Resource): void {
    if (resource.references.length > 0) this.#open.add(resource);
  }

  /** The number of a snapshot that has been accepted since the last call, if `view` is what the stream works on. */
  advance({ resources }: View): number | undefined {
    if (!this.#types.listeners.subscribed) return undefined;
    let number = Infinity;
    for (const type of typeNames) {
      if (this.#types[type].subscribed) number = Math.min(number, this.#types[type].acknowledged);
    }
    if (number <= this.#accepted) return undefined;
    // Most Envoys hold all there is of most types. That is cheaper to see than whether they hold each name.
    const partly = new Set(typeNames.filter((type) => !this.#types[type].holdsAll(resources[type])));
    for (const resource of this.#open) {
      if (!this.#isComplete(resource, partly) && this.#isHeld(resource)) return undefined;
      this.#open.delete(resource);
    }
    this.#accepted = number;
    return number;
  }

  /** What is held and stays: what is about to be removed needs nothing any more. */
  #isHeld({ type, name, version }: Resource): boolean {
    const { subscription, departures } = this.#types[type];
    return subscription.held.get(name)?.version === version && !departures.has(name);
  }

  #isComplete({ references }: Resource, partly: ReadonlySet<TypeName>): boolean {
    return partly.size === 0 || references.every(({ type, name }) => !partly.has(type) || this.#types[type].subscription.held.has(name));
  }
}
