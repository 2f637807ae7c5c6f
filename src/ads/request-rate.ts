/**
 * How many requests a stream may send. An answer is paid for by the response that it answers, so that however fast
 * responses go out their answers never count. What is left is what a client asks for by itself: an Envoy that starts
 * asks in a few requests for everything, and one that asks on demand asks once for each new name. So the store is
 * large enough for a burst of those, and is filled again at a rate that costs a server little.
 */
const most = 5_000;
const perSecond = 500;

/** A token bucket for one stream. */
export class RequestRate {
  #left = most;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** A response goes out, and may be answered. */
  allowAnswer(): void {
    this.#left = Math.min(most, this.#left + 1);
  }

  /** A request has come; false when it is one too many. */
  take(now: number): boolean {
    this.#left = Math.min(most, this.#left + ((now - this.#at) / 1_000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  static readonly rule = `a stream may ask ${most} times at once and ${perSecond} times a second after that`;
}
