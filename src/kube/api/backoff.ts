export interface BackoffTiming {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** After so much time without a failure the next one counts as the first. */
  readonly stableMs: number;
}

/** Delays that double with each failure, shaken so that many clients do not come back at once. */
export class Backoff {
  readonly #timing: BackoffTiming;
  readonly #random: () => number;
  #failures = 0;

  constructor(timing: BackoffTiming, random: () => number = Math.random) {
    this.#timing = timing;
    this.#random = random;
  }

  /** The delay before the next attempt, after one that went well for some time. */
  next(wellForMs: number): number {
    const { minDelayMs, maxDelayMs, stableMs } = this.#timing;
    if (wellForMs >= stableMs) this.#failures = 0;
    // The exponent is bounded, so that the number of failures is not.
    const delay = Math.min(minDelayMs * 2 ** Math.min(this.#failures, 20), maxDelayMs);
    this.#failures += 1;
    return this.shaken(delay);
  }

  /** Between the delay and one and a half of it. */
  shaken(delay: number): number {
    return delay * (1 + this.#random() / 2);
  }
}
