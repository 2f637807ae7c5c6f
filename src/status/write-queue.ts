import type { Clock } from '../ads/clock.ts';

export interface WriteQueueOptions {
  /** Writes what is wanted for a key at that moment: however often it was asked for before, only the latest counts. */
  readonly write: (key: string) => Promise<void>;
  /** Called for each attempt that failed; it is tried again. */
  readonly onFailure: (key: string, error: unknown) => void;
  readonly perSecond: number;
  /** So many may go at once after a rest. */
  readonly burst: number;
  /** So many may wait; more are turned away. */
  readonly most?: number;
  readonly clock: Clock;
  readonly random?: () => number;
}

const firstDelayMs = 500;
const longestDelayMs = 60_000;
/** Requests that are under way together. */
const parallel = 4;

/** Writes of one kind to the API server: a bounded number in a second, one at a time per key, tried again with back-off. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  /** Keys in the order in which they came, with the time before which they are not written. */
  readonly #waiting = new Map<string, number>();
  readonly #busy = new Set<string>();
  readonly #failures = new Map<string, number>();
  /** When the next write may start if writes come at an even pace; a burst may be ahead of it. */
  #paceMs = 0;
  #callOff: () => void = () => {};
  #stopped = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** False when too many wait already. */
  add(key: string): boolean {
    const { most = Infinity, clock } = this.#options;
    if (this.#stopped || this.#waiting.has(key)) return !this.#stopped;
    if (this.#waiting.size >= most) return false;
    this.#waiting.set(key, clock.now());
    this.#pump();
    return true;
  }

  /** Forgets what waits; what is under way goes on. */
  clear(): void {
    this.#waiting.clear();
    this.#failures.clear();
    this.#callOff();
  }

  stop(): void {
    this.#stopped = true;
    this.clear();
  }

  #pump(): void {
    const { clock, perSecond, burst } = this.#options;
    const interval = 1000 / perSecond;
    const now = clock.now();
    let next = Infinity;
    for (const [key, due] of this.#waiting) {
      if (this.#busy.size >= parallel) break;
      if (this.#busy.has(key)) continue;
      const free = this.#paceMs - (burst - 1) * interval;
      if (free > now) {
        next = Math.min(next, free);
        break;
      }
      if (due > now) {
        next = Math.min(next, due);
        continue;
      }
      this.#paceMs = Math.max(this.#paceMs, now) + interval;
      this.#waiting.delete(key);
      void this.#run(key);
    }
    this.#callOff();
    if (next !== Infinity) this.#callOff = clock.after(next - now, () => this.#pump());
  }

  async #run(key: string): Promise<void> {
    this.#busy.add(key);
    try {
      await this.#options.write(key);
      this.#failures.delete(key);
    } catch (error) {
      this.#retry(key, error);
    }
    this.#busy.delete(key);
    if (!this.#stopped) this.#pump();
  }

  #retry(key: string, error: unknown): void {
    if (this.#stopped) return;
    const { clock, onFailure, random = Math.random } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = Math.min(firstDelayMs * 2 ** Math.min(failures, 20), longestDelayMs) * (1 + random() / 2);
    this.#waiting.set(key, clock.now() + delay);
    onFailure(key, error);
  }
}
