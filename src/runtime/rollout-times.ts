import type { Accepted } from '../ads/proxy-state.ts';
import type { SnapshotRollout } from '../debug/view.ts';

const kept = 100;

interface Entry {
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

/** How long snapshots took to the first Envoy and to all. Whoever runs a newer one runs an older one, too. */
export class RolloutTimes {
  readonly #entries = new Map<number, Entry>();
  readonly #now: () => number;

  /** Milliseconds on a clock that does not jump. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  published(snapshot: number): void {
    this.#entries.set(snapshot, { publishedAt: this.#now(), accepted: new Set(), refused: new Set() });
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
