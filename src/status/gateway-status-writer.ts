import type { Clock } from '../ads/clock.ts';
import type { RawStatus } from '../kube/gateway-objects.ts';
import type { ReachableAt } from '../kube/objects.ts';
import type { StatusDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import { mergeStatus } from './merge-status.ts';
import { WriteQueue } from './write-queue.ts';

export interface GatewayStatusOptions {
  readonly controllerName: string;
  readonly draft: (key: Key) => StatusDraft | undefined;
  /** The object's status as it was heard of last. */
  readonly status: (draft: StatusDraft) => RawStatus | undefined;
  /** See `GatewayProgress`. */
  readonly since: (key: Key) => number;
  /** See `StatusCase.accepted`. */
  readonly accepted: () => number;
  readonly published: () => readonly ReachableAt[];
  /** Reads the object, lets its status be changed and writes what comes of that; undefined: nothing. */
  readonly write: (draft: StatusDraft, change: (status: RawStatus | undefined) => object | undefined) => Promise<void>;
  readonly onTrouble: (sentence: string) => void;
  readonly clock: Clock;
  /** RFC 3339, in seconds. */
  readonly time: () => string;
}

/** While something waits it is looked at again: nobody says when the Envoy has left that everyone waited for. */
const lookAgainMs = 1000;

/** Writes the statuses of the Gateway API, each when it differs. Only a leader does anything. */
export class GatewayStatusWriter {
  readonly #options: GatewayStatusOptions;
  readonly #queue: WriteQueue;
  readonly #waiting = new Set<Key>();
  #leading = false;
  #callOff: (() => void) | undefined;

  constructor(options: GatewayStatusOptions) {
    this.#options = options;
    const { clock, onTrouble } = options;
    this.#queue = new WriteQueue({
      write: (key) => this.#write(key),
      onFailure: (key, error) => onTrouble(`${key}: its status could not be written: ${messageOf(error)}. It is tried again.`),
      perSecond: 100,
      burst: 100,
      clock,
    });
  }

  /** Begins to write, or leaves it to another. */
  lead(leading: boolean, keys: Iterable<Key>): void {
    this.#leading = leading;
    if (leading) this.consider(keys);
    else this.stop();
  }

  /** To be called with the drafts about which something has changed. */
  consider(keys: Iterable<Key>): void {
    if (!this.#leading) return;
    for (const key of keys) this.#consider(key);
    this.#lookAgain();
  }

  /** To be called when Envoys have accepted something. */
  advance(): void {
    this.consider([...this.#waiting]);
  }

  stop(): void {
    this.#leading = false;
    this.#queue.clear();
    this.#waiting.clear();
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #consider(key: Key): void {
    const draft = this.#options.draft(key);
    if (draft === undefined) {
      this.#waiting.delete(key);
      return;
    }
    if (this.#isServed(key) || !asksForEnvoys(draft)) this.#waiting.delete(key);
    else this.#waiting.add(key);
    if (this.#merge(key, draft, this.#options.status(draft)) !== undefined) this.#queue.add(key);
  }

  #isServed(key: Key): boolean {
    const { since, accepted } = this.#options;
    const reached = accepted();
    return reached > 0 && reached >= since(key);
  }

  #merge(key: Key, draft: StatusDraft, status: RawStatus | undefined): object | undefined {
    const { controllerName, published, time } = this.#options;
    return mergeStatus(status, draft, { controllerName, served: this.#isServed(key), published: published(), now: time() });
  }

  /** Much may have happened while the write waited for its turn. */
  async #write(key: Key): Promise<void> {
    const draft = this.#options.draft(key);
    if (!this.#leading || draft === undefined) return;
    await this.#options.write(draft, (status) => this.#merge(key, draft, status));
  }

  #lookAgain(): void {
    if (this.#callOff !== undefined || this.#waiting.size === 0) return;
    this.#callOff = this.#options.clock.after(lookAgainMs, () => {
      this.#callOff = undefined;
      this.advance();
    });
  }
}

function asksForEnvoys({ conditions = [], listeners = [] }: StatusDraft): boolean {
  return [conditions, ...listeners.map((one) => one.conditions)].flat().some(({ whenServed }) => whenServed === true);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
