import type { Clock } from '../ads/clock.ts';
import type { ReachableAt } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';
import { sameAddresses } from './addresses.ts';
import { decideStatus, type PublishPolicy } from './status-decision.ts';
import { WriteQueue } from './write-queue.ts';

export interface WatchedIngress {
  readonly uid: string | undefined;
  readonly addresses: readonly ReachableAt[];
}

export interface StatusWriterOptions {
  readonly policy: PublishPolicy;
  /** The Ingress as it was heard of last; undefined when it is gone. */
  readonly ingress: (key: Key) => WatchedIngress | undefined;
  /** See `IngressProgress`. */
  readonly since: (key: Key) => number | undefined;
  /** What Ingresses should say now. */
  readonly addresses: () => readonly ReachableAt[];
  /** See `StatusCase.accepted`. */
  readonly accepted: () => number;
  readonly write: (key: Key, uid: string | undefined, addresses: readonly ReachableAt[]) => Promise<void>;
  readonly onTrouble: (sentence: string) => void;
  readonly clock: Clock;
}

interface Written {
  readonly uid: string | undefined;
  readonly addresses: readonly ReachableAt[];
  readonly at: number;
}

/** While something waits it is looked at again: nobody says when the Envoy has left that everyone waited for. */
const lookAgainMs = 1000;

/** Writes the addresses into the Ingresses that are ours, each as soon as the Envoys serve it. Only a leader does anything. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #queue: WriteQueue;
  readonly #waiting = new Set<Key>();
  readonly #written = new Map<Key, Written>();
  #leading = false;
  #callOff: (() => void) | undefined;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    const { clock, onTrouble } = options;
    this.#queue = new WriteQueue({
      write: (key) => this.#write(key),
      onFailure: (key, error) => onTrouble(`Ingress ${key}: its status could not be written: ${messageOf(error)}. It is tried again.`),
      perSecond: 20,
      burst: 20,
      clock,
    });
  }

  /** Begins to write, or leaves it to another. The keys are those of all Ingresses that are ours. */
  lead(leading: boolean, keys: Iterable<Key>): void {
    this.#leading = leading;
    if (!leading) this.stop();
    else this.consider(keys);
  }

  /** To be called with the Ingresses about which something has changed. */
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
    const decision = this.#decide(key);
    if (decision === 'wait') this.#waiting.add(key);
    else this.#waiting.delete(key);
    if (decision === 'write') this.#queue.add(key);
  }

  #decide(key: Key): 'none' | 'wait' | 'write' {
    const { policy, ingress, since, addresses, accepted, clock } = this.#options;
    const watched = ingress(key);
    const written = this.#written.get(key);
    if (watched === undefined) {
      this.#written.delete(key);
      return 'none';
    }
    return decideStatus({
      policy,
      current: watched.addresses,
      addresses: addresses(),
      since: since(key),
      accepted: accepted(),
      written: written?.uid === watched.uid && written !== undefined ? { ...written, agoMs: clock.now() - written.at } : undefined,
    });
  }

  /** Decides again: much may have happened while the write waited for its turn. */
  async #write(key: Key): Promise<void> {
    const { ingress, addresses, write, clock } = this.#options;
    const watched = ingress(key);
    const decision = this.#leading ? this.#decide(key) : 'none';
    if (decision === 'wait') {
      this.#waiting.add(key);
      this.#lookAgain();
    }
    if (decision !== 'write' || watched === undefined) return;
    const wanted = addresses();
    this.#warnOfRival(key, watched, wanted);
    await write(key, watched.uid, wanted);
    this.#written.set(key, { uid: watched.uid, addresses: wanted, at: clock.now() });
  }

  #warnOfRival(key: Key, watched: WatchedIngress, wanted: readonly ReachableAt[]): void {
    const before = this.#written.get(key);
    if (before === undefined || before.uid !== watched.uid || !sameAddresses(before.addresses, wanted)) return;
    this.#options.onTrouble(
      `Ingress ${key}: another program has overwritten the addresses in its status. They are written again, at most twice a minute. ` +
        'Where another controller serves the same Ingresses, run one of the two without it: --publish-status never.',
    );
  }

  #lookAgain(): void {
    if (this.#callOff !== undefined || this.#waiting.size === 0) return;
    this.#callOff = this.#options.clock.after(lookAgainMs, () => {
      this.#callOff = undefined;
      this.advance();
    });
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
