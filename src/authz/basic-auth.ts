import { type Credentials, readCredentials } from './credentials.ts';
import type { Htpasswd } from '../model/password-hash.ts';
import { checkPassword } from './password.ts';
import { Verified } from './verified.ts';

/** What becomes of a request: let through, refused for want of a right password, or impossible to tell. */
export type Verdict = 'allowed' | 'refused' | 'unavailable';

/** More computations at once than this would starve those that came first. */
const mostAtOnce = 64;

/** Checks passwords. One for the process: it remembers what was right, and bounds what is computed at a time. */
export class BasicAuth {
  readonly #verified = new Verified();
  readonly #now: () => number;
  #running = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** `users` is undefined as long as nobody knows them: nobody gets in then. */
  async check(authorization: string | undefined, users: Htpasswd | undefined): Promise<Verdict> {
    if (users === undefined) return 'unavailable';
    const credentials = readCredentials(authorization);
    if (credentials === undefined) return 'refused';
    const hash = users.hashes.get(credentials.user);
    if (hash === undefined) return users.unreadable.includes(credentials.user) ? 'unavailable' : 'refused';
    if (this.#verified.has(credentials, hash, this.#now())) return 'allowed';
    return this.#compute(credentials, hash);
  }

  async #compute(credentials: Credentials, hash: string): Promise<Verdict> {
    if (this.#running >= mostAtOnce) return 'unavailable';
    this.#running++;
    try {
      if (!(await checkPassword(credentials.password, hash))) return 'refused';
      this.#verified.add(credentials, hash, this.#now());
      return 'allowed';
    } finally {
      this.#running--;
    }
  }
}
