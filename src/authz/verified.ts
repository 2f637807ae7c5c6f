import { createHmac, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials.ts';

/** How long a password that was right is not computed again. */
const keptMs = 60_000;
const most = 10_000;

/**
 * Credentials that were right a moment ago: a bcrypt hash takes a tenth of a second, and clients send their password with every
 * request. Kept as digests under a key of this process; bound to the hash that they were checked against, so that a changed
 * password holds at once.
 */
export class Verified {
  readonly #key = randomBytes(32);
  /** Digest → when it ends, oldest first. */
  readonly #until = new Map<string, number>();

  has(credentials: Credentials, hash: string, now: number): boolean {
    const until = this.#until.get(this.#digest(credentials, hash));
    return until !== undefined && now < until;
  }

  add(credentials: Credentials, hash: string, now: number): void {
    const digest = this.#digest(credentials, hash);
    this.#until.delete(digest);
    this.#until.set(digest, now + keptMs);
    for (const [oldest, until] of this.#until) {
      if (until > now && this.#until.size <= most) break;
      this.#until.delete(oldest);
    }
  }

  #digest({ user, password }: Credentials, hash: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([hash, user, password]))
      .digest('base64');
  }
}
