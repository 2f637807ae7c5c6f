import { typeNames, type Resource, type TypeName } from '../snapshot/resource.ts';
import type { TypeState } from './type-state.ts';
import type { View } from './view.ts';

/** An Envoy that asks for these is not at work before it has listeners. */
const nothingWithoutListeners: readonly TypeName[] = ['clusters', 'scopes', 'routes'];

/**
 * Tells when an Envoy has accepted a snapshot completely: all types that it asks for, on whichever of its streams. That
 * all answers are in is not enough: an Envoy that has just accepted a cluster may not have asked for its endpoints yet.
 * So resources that came to be held are looked at until all they refer to is held as well; what was found complete is not
 * looked at again until it changes.
 */
export class Acceptance {
  readonly #types = new Map<TypeName, TypeState>();
  /** The streams of these broke; the Envoy will come back for them. */
  readonly #lost = new Set<TypeName>();
  readonly #open = new Set<Resource>();
  #accepted = 0;

  get accepted(): number {
    return this.#accepted;
  }

  get types(): ReadonlyMap<TypeName, TypeState> {
    return this.#types;
  }

  /** A stream brings a type. If another had it before, that one is about to be found broken. */
  join(state: TypeState): void {
    this.#types.set(state.type, state);
  }

  /** The stream of a type is over: the Envoy must accept anew. */
  leave(state: TypeState): void {
    if (this.#types.get(state.type) !== state) return;
    this.#types.delete(state.type);
    if (!state.subscribed) return;
    this.#lost.add(state.type);
    this.#accepted = 0;
  }

  /** The client has come to hold this resource. */
  held(resource: Resource): void {
    if (resource.references.length > 0) this.#open.add(resource);
  }

  /** The number of a snapshot that has been accepted since the last call, if `view` is what the stream works on. */
  advance(view: View): number | undefined {
    for (const type of this.#lost) if (this.#asksFor(type)) this.#lost.delete(type);
    if (this.#lost.size > 0) return undefined;
    if (!this.#asksFor('listeners') && nothingWithoutListeners.some((type) => this.#asksFor(type))) return undefined;
    const numbers = [...this.#types.values()].filter(({ subscribed }) => subscribed).map(({ acknowledged }) => acknowledged);
    const number = Math.min(...numbers);
    if (numbers.length === 0 || number <= this.#accepted) return undefined;
    const partly = this.#typesHeldInPart(view, numbers);
    for (const resource of this.#open) {
      if (!this.#isComplete(resource, partly) && this.#isHeld(resource)) return undefined;
      this.#open.delete(resource);
    }
    this.#accepted = number;
    return number;
  }

  #asksFor(type: TypeName): boolean {
    return this.#types.get(type)?.subscribed === true;
  }

  /** Most Envoys hold all there is of most types. That is cheaper to see than whether they hold each name. */
  #typesHeldInPart({ number, resources }: View, numbers: readonly number[]): ReadonlySet<TypeName> {
    // Streams for one type may be at different snapshots.
    const alike = numbers.every((each) => each === number);
    return new Set(typeNames.filter((type) => !alike || this.#types.get(type)?.holdsAll(resources[type]) !== true));
  }

  /** What is held and stays: what is about to be removed needs nothing any more. */
  #isHeld({ type, name, version }: Resource): boolean {
    const state = this.#types.get(type);
    return state?.subscription.held.get(name)?.version === version && !state.departures.has(name);
  }

  #isComplete({ references }: Resource, partly: ReadonlySet<TypeName>): boolean {
    return (
      partly.size === 0 ||
      references.every(({ type, name }) => !partly.has(type) || this.#types.get(type)?.subscription.held.has(name) === true)
    );
  }
}
