import type { Key } from '../store/table.ts';

/**
 * Finds what an Envoy refuses among several things that were changed together, by trying half of them at a time. What
 * is not tried is held back meanwhile.
 *
 *     refused abcd   try ab         (holding back cd)
 *     accepted       try c          (d held back; c or d must be the one, since ab are good)
 *     accepted       it is d        (c and d together were refused, and c is good)
 */
export class Bisection {
  /** Among these is one that is refused. Empty: nothing is known against anyone. */
  #suspects: readonly Key[] = [];
  #tried: readonly Key[] = [];
  /** Nothing is known of these, and they are held back until the suspects are done with. */
  #rest: readonly Key[] = [];

  /** What is to be held back now. */
  get held(): readonly Key[] {
    const tried = new Set(this.#tried);
    return [...this.#suspects.filter((key) => !tried.has(key)), ...this.#rest];
  }

  /** These were refused together, and all else that was sent is good. Gives back the one that is found. */
  refused(together: readonly Key[]): Key | undefined {
    const known = new Set(together);
    this.#rest = this.held.filter((key) => !known.has(key));
    return this.#suspect(together);
  }

  /** What is not held back was accepted. Gives back the one that is found. */
  accepted(): Key | undefined {
    if (this.#suspects.length === 0) {
      this.#release();
      return undefined;
    }
    const good = new Set(this.#tried);
    return this.#suspect(this.#suspects.filter((key) => !good.has(key)));
  }

  /**
   * One was found, and something is served in its place. What was accepted before can be trusted; for anything else the
   * others stay held back until the answer.
   */
  found(key: Key, { trusted }: { readonly trusted: boolean }): void {
    this.#rest = [...this.held, ...this.#tried].filter((other) => other !== key);
    this.#suspects = [];
    this.#tried = [];
    if (trusted) this.#release();
  }

  #suspect(suspects: readonly Key[]): Key | undefined {
    this.#suspects = suspects;
    const [only] = suspects;
    this.#tried = suspects.length === 1 ? suspects : suspects.slice(0, Math.ceil(suspects.length / 2));
    return suspects.length === 1 ? only : undefined;
  }

  #release(): void {
    this.#tried = [];
    this.#suspects = [];
    this.#rest = [];
  }
}
