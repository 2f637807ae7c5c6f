import type { ReachableAt } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';
import { sameAddresses } from './addresses.ts';
import { type Due, LeaderWriter, type LeaderWriterOptions } from './leader-writer.ts';
import { decideStatus, type PublishPolicy } from './status-decision.ts';

export interface WatchedIngress {
  readonly uid: string | undefined;
  readonly addresses: readonly ReachableAt[];
}

export interface StatusWriterOptions extends LeaderWriterOptions {
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
}

interface Written {
  readonly uid: string | undefined;
  readonly addresses: readonly ReachableAt[];
  readonly at: number;
}

/** Writes the addresses into the Ingresses that are ours, each as soon as the Envoys serve it. Only a leader does anything. */
export class StatusWriter extends LeaderWriter {
  readonly #options: StatusWriterOptions;
  readonly #written = new Map<Key, Written>();

  constructor(options: StatusWriterOptions) {
    super(options, 20, (key) => `Ingress ${key}`);
    this.#options = options;
  }

  protected override dueOf(key: Key): Due {
    const decision = this.#decide(key);
    return { write: decision === 'write', wait: decision === 'wait' };
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

  protected override async write(key: Key): Promise<void> {
    const { ingress, addresses, write, clock } = this.#options;
    const watched = ingress(key);
    const decision = this.leading ? this.#decide(key) : 'none';
    if (decision === 'wait') this.waitFor(key);
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
}
