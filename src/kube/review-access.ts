import { createHash } from 'node:crypto';
import { write } from './api/write.ts';
import type { Connection } from './connection.ts';

export type ReviewVerdict = 'allowed' | 'not authenticated' | 'forbidden' | 'unknown';

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string; readonly uid?: string; readonly groups?: readonly string[]; readonly extra?: object };
  };
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/** So long an answer holds: a right that is taken away acts after it. */
const keptMs = 10_000;
const mostKept = 1000;
/** Whoever guesses tokens shall not keep the API server busy. */
const mostAtOnce = 8;

/**
 * Asks the API server whether the owner of a token may do something with a non-resource URL.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
 */
export class AccessReviews {
  readonly #connection: Connection;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly verdict: ReviewVerdict; readonly until: number }>();
  #asking = 0;

  constructor(connection: Connection, now: () => number = () => performance.now()) {
    this.#connection = connection;
    this.#now = now;
  }

  /** `verb`: the method of HTTP in small letters, as `get`. */
  async review(token: string, path: string, verb: string): Promise<ReviewVerdict> {
    const key = createHash('sha256').update(`${verb} ${path}\n${token}`).digest('base64');
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#now()) return known.verdict;
    if (this.#asking >= mostAtOnce) return 'unknown';
    this.#asking++;
    try {
      const verdict = await this.#ask(token, path, verb);
      this.#known.delete(key);
      this.#known.set(key, { verdict, until: this.#now() + keptMs });
      for (const oldest of this.#known.keys()) if (this.#known.size > mostKept) this.#known.delete(oldest);
      return verdict;
    } catch {
      return 'unknown';
    } finally {
      this.#asking--;
    }
  }

  async #ask(token: string, path: string, verb: string): Promise<ReviewVerdict> {
    const { status } = (await this.#create('authentication.k8s.io', 'TokenReview', { token })) as TokenReview;
    if (status?.authenticated !== true || status.user === undefined) return 'not authenticated';
    const { username: user, uid, groups, extra } = status.user;
    const spec = { user, uid, groups, extra, nonResourceAttributes: { path, verb } };
    const { status: answer } = (await this.#create('authorization.k8s.io', 'SubjectAccessReview', spec)) as AccessReview;
    return answer?.allowed === true ? 'allowed' : 'forbidden';
  }

  #create(group: string, kind: string, spec: object): Promise<unknown> {
    const apiVersion = `${group}/v1`;
    return write(this.#connection, 'create', `/apis/${apiVersion}/${kind.toLowerCase()}s`, { apiVersion, kind, spec });
  }
}
