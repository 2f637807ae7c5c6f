import type { Reference, Resource } from '../snapshot/resource.ts';
import type { ResourceView } from './view.ts';

/** A resource as one client holds it. After a reconnect the client has told us no more than its version. */
export interface Held {
  readonly version: string;
  readonly bytes?: Buffer;
  readonly references?: readonly Reference[];
}

/** What one request changed about a subscription. */
export interface SubscriptionChange {
  /** The first request of this type on this stream. */
  readonly first: boolean;
  /** Names that were asked for in this request and must be answered. */
  readonly asked: readonly string[];
  /** `*` was newly subscribed. */
  readonly widened: boolean;
  /** Something is no longer covered: a name was unsubscribed, or `*`. */
  readonly narrowed: boolean;
}

const wildcardName = '*';

/** What one client wants of one type, and what it holds of it. Knows the rules of asking, and nothing of sending. */
export class Subscription {
  readonly #legacyWildcard: boolean;
  #begun = false;
  #namedBefore = false;
  #wildcard = false;
  readonly #names = new Set<string>();
  readonly #held = new Map<string, Held>();
  #known: Pick<ResourceView, 'get'> | undefined;

  /**
   * `legacyWildcard`: whether a first request without names means everything. The protocol has wildcards for
   * listeners and clusters; an Envoy without clusters reconnects with an empty list of endpoints and wants none.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return
   */
  constructor(options: { readonly legacyWildcard: boolean }) {
    this.#legacyWildcard = options.legacyWildcard;
  }

  get begun(): boolean {
    return this.#begun;
  }

  get wildcard(): boolean {
    return this.#wildcard;
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  get held(): ReadonlyMap<string, Held> {
    return this.#held;
  }

  covers(name: string): boolean {
    return this.#wildcard || this.#names.has(name);
  }

  /** From here on, names that are in this table are kept as the same strings on all streams. */
  share(known: Pick<ResourceView, 'get'>): void {
    this.#known = known;
  }

  /** Notes what the client holds; nothing if it has meanwhile lost its interest in it. */
  hold(name: string, held: Resource | Held): boolean {
    if (!this.covers(name)) return false;
    this.#held.set('name' in held ? held.name : this.#shared(name), held);
    return true;
  }

  drop(name: string): void {
    this.#held.delete(name);
  }

  /**
   * State of the world: a request carries the whole list. A list that has become empty means nothing, except when
   * the stream has never named anything: then it is the old way to say `*`, and stays so.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#unsubscribing-from-resources
   */
  replace(list: readonly string[]): SubscriptionChange {
    const first = !this.#begun;
    this.#begun = true;
    if (list.length === 0 && !this.#namedBefore) return { first, asked: [], ...this.#beginWildcard(first) };
    this.#namedBefore = true;

    const wanted = new Set(list);
    const hadWildcard = this.#wildcard;
    this.#wildcard = wanted.delete(wildcardName);
    // A newly named resource is sent even when `*` has brought it already.
    const asked = [...wanted].filter((name) => !this.#names.has(name));
    let narrowed = hadWildcard && !this.#wildcard;
    for (const name of this.#names) {
      if (wanted.has(name)) continue;
      this.#names.delete(name);
      narrowed = true;
    }
    for (const name of asked) this.#names.add(this.#shared(name));
    if (narrowed) this.#dropUncovered();
    return { first, asked, widened: this.#wildcard && !hadWildcard, narrowed };
  }

  /**
   * Delta: a request carries what changes. A name in both lists stays subscribed: Envoy takes a name out of the one
   * list when it puts it into the other, so that both together can only mean "drop it and give it to me again".
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#xds-protocol-delta-subscribe
   */
  change(subscribe: readonly string[], unsubscribe: readonly string[]): SubscriptionChange {
    const first = !this.#begun;
    this.#begun = true;
    if (first && subscribe.length === 0 && unsubscribe.length === 0) {
      return { first, asked: [], ...this.#beginWildcard(first) };
    }
    const asked = new Set<string>();
    const hadWildcard = this.#wildcard;
    const narrowed = this.#unsubscribe(unsubscribe, asked);
    for (const name of subscribe) {
      if (name === wildcardName) this.#wildcard = true;
      else {
        // Also a name that is subscribed already: the client may have forgotten the resource.
        this.#names.add(this.#shared(name));
        asked.add(name);
      }
    }
    if (narrowed) this.#dropUncovered();
    return { first, asked: [...asked], widened: this.#wildcard && !hadWildcard, narrowed };
  }

  /**
   * Names that were never subscribed are ignored. A name that `*` still covers must be answered, because the client
   * cannot know whether to keep the resource.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#xds-protocol-unsubscribe
   */
  #unsubscribe(names: readonly string[], asked: Set<string>): boolean {
    const stillWildcard = this.#wildcard && !names.includes(wildcardName);
    let narrowed = this.#wildcard && !stillWildcard;
    this.#wildcard = stillWildcard;
    for (const name of names) {
      if (!this.#names.delete(name)) continue;
      if (stillWildcard) asked.add(name);
      else narrowed = true;
    }
    return narrowed;
  }

  #beginWildcard(first: boolean): { readonly widened: boolean; readonly narrowed: boolean } {
    const widened = first && this.#legacyWildcard;
    if (widened) this.#wildcard = true;
    return { widened, narrowed: false };
  }

  #shared(name: string): string {
    return this.#known?.get(name)?.name ?? name;
  }

  #dropUncovered(): void {
    for (const name of this.#held.keys()) if (!this.covers(name)) this.#held.delete(name);
  }
}
