import type { Accepted } from '../ads/proxy-state.ts';
import type { SnapshotRollout } from '../debug/view.ts';

const kept = 100;

interface Entry {
  /** When the first event came. */
  readonly since: number;
  readonly publishedAt: number;
  readonly accepted: Set<string>;
  readonly refused: Set<string>;
  firstMs?: number;
  allMs?: number;
}

/** What is asked of an Envoy: the newest snapshot that it runs completely. */
interface Standing {
  readonly id: string;
  readonly accepted: number;
}

export interface RolloutTimesOptions {
  /** Milliseconds on a clock that does not jump. */
  readonly now?: () => number;
  /** Called once for a snapshot, with the milliseconds from the first event to the last Envoy. */
  readonly onAll?: ((ms: number) => void) | undefined;
}

/** How long snapshots took to the first Envoy and to all. Whoever runs a newer one runs an older one, too. */
export class RolloutTimes {
  readonly #entries = new Map<number, Entry>();
  readonly #now: () => number;
  readonly #onAll: (ms: number) => void;

  constructor({ now = () => performance.now(), onAll = () => {} }: RolloutTimesOptions = {}) {
    this.#now = now;
    this.#onAll = onAll;
  }

  /** `since`: when the first of the events came that led to it. */
  published(snapshot: number, since = this.#now()): void {
    this.#entries.set(snapshot, { since, publishedAt: this.#now(), accepted: new Set(), refused: new Set() });
    for (const oldest of this.#entries.keys()) if (this.#entries.size > kept) this.#entries.delete(oldest);
  }

  accepted({ proxy, snapshot, tookMs }: Accepted, envoys: readonly Standing[]): void {
    for (const [number, entry] of this.#entries) {
      if (number > snapshot) continue;
      entry.accepted.add(proxy);
      // Only of the snapshot itself it is known since when the Envoy could have it.
      entry.firstMs ??= number === snapshot ? tookMs : this.#now() - entry.publishedAt;
    }
    this.settle(envoys, { snapshot, tookMs });
  }

  refused(proxy: string, snapshot: number): void {
    this.#entries.get(snapshot)?.refused.add(proxy);
  }

  /** To be called when Envoys have gone, too: perhaps only they were behind. */
  settle(envoys: readonly Standing[], last?: { readonly snapshot: number; readonly tookMs: number }): void {
    const least = envoys.reduce((lowest, { accepted }) => Math.min(lowest, accepted), Infinity);
    for (const [number, entry] of this.#entries) {
      if (entry.allMs !== undefined || entry.firstMs === undefined || number > least) continue;
      entry.allMs = Math.max(entry.firstMs, number === last?.snapshot ? last.tookMs : this.#now() - entry.publishedAt);
      this.#onAll(entry.publishedAt - entry.since + entry.allMs);
    }
  }

  /** Undefined for a snapshot that was published long ago, or never. */
  of(snapshot: number): SnapshotRollout | undefined {
    const entry = this.#entries.get(snapshot);
    if (entry === undefined) return undefined;
    const { accepted, refused, firstMs, allMs } = entry;
    return {
      accepted: accepted.size,
      refusedBy: [...refused],
      ...(firstMs === undefined ? {} : { firstAcceptedMs: firstMs }),
      ...(allMs === undefined ? {} : { allAcceptedMs: allMs }),
    };
  }
}
