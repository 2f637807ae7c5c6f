import { createHmac, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import { Kept } from './kept.ts';

/** How long a password that was right is not computed again. */
const keptMs = 60_000;

/**
 * Credentials that were right a moment ago: a bcrypt hash takes a tenth of a second, and clients send their password with every
 * request. Kept as digests under a key of this process; bound to the hash that they were checked against, so that a changed
 * password holds at once.
 */
export class Verified {
  readonly #key = randomBytes(32);
  /** By their digests. */
  readonly #right = new Kept<true>();

  has(credentials: Credentials, hash: string, now: number): boolean {
    return this.#right.get(this.#digest(credentials, hash), now) !== undefined;
  }

  add(credentials: Credentials, hash: string, now: number): void {
    this.#right.add(this.#digest(credentials, hash), true, now + keptMs, now);
  }

  #digest({ user, password }: Credentials, hash: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([hash, user, password]))
      .digest('base64');
  }
}
