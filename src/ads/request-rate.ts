/**
 * How many requests a stream may send. An answer is paid for by the response that it answers, so that however fast
 * responses go out their answers never count. What is left is what a client asks for by itself. So the store is large
 * enough for a burst of those, and is filled again at a rate that costs a server little.
 */
const secondsAtOnce = 10;

/** A token bucket for one stream. */
export class RequestRate {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = perSecond * secondsAtOnce;
    this.#left = this.#most;
    this.#at = now;
  }

  get rule(): string {
    return `a stream may ask ${this.#most} times at once and ${this.#perSecond} times a second after that`;
  }

  /** A response goes out, and may be answered. */
  allowAnswer(): void {
    this.#left = Math.min(this.#most, this.#left + 1);
  }

  /** A request has come; false when it is one too many. */
  take(now: number): boolean {
    this.#left = Math.min(this.#most, this.#left + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
