import type { Key } from '../store/table.ts';
import { effectiveEvent, type EventDraft } from './event-draft.ts';

export interface EffectiveOptions {
  /** See `IngressProgress`. */
  readonly since: (ingress: Key) => number | undefined;
  /** See `StatusCase.accepted`. */
  readonly accepted: () => number;
  readonly envoys: () => number;
  /** Whether an Envoy refused something of it, or may have, so that it is not served as it is written. */
  readonly putAside: (ingress: Key) => boolean;
  readonly tell: (draft: EventDraft) => void;
  readonly nowMs: () => number;
}

/** A canary that moves on every few seconds need not tell of every step. */
const leastPauseMs = 60_000;

/** Tells of each Ingress that was changed when all Envoys serve it so. */
export class EffectiveWatch {
  readonly #options: EffectiveOptions;
  readonly #waiting = new Set<Key>();
  readonly #toldAt = new Map<Key, number>();

  constructor(options: EffectiveOptions) {
    this.#options = options;
  }

  changed(ingresses: Iterable<Key>): void {
    for (const ingress of ingresses) {
      if (this.#options.since(ingress) !== undefined) this.#waiting.add(ingress);
      else {
        this.#waiting.delete(ingress);
        this.#toldAt.delete(ingress);
      }
    }
    this.advance();
  }

  /** To be called when Envoys have accepted something. */
  advance(): void {
    const { since, accepted, envoys, putAside, tell, nowMs } = this.#options;
    if (this.#waiting.size === 0) return;
    const reached = accepted();
    for (const ingress of this.#waiting) {
      const snapshot = since(ingress) ?? Infinity;
      if (putAside(ingress)) {
        // When it is mended, that is news.
        this.#toldAt.delete(ingress);
        continue;
      }
      if (snapshot > reached) continue;
      this.#waiting.delete(ingress);
      const toldAt = this.#toldAt.get(ingress);
      if (toldAt !== undefined && nowMs() - toldAt < leastPauseMs) continue;
      this.#toldAt.set(ingress, nowMs());
      tell(effectiveEvent(ingress, snapshot, envoys()));
    }
  }
}
