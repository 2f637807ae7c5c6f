import type { Cleanup } from './cleanup.ts';

/** A steady load: `perSecond` requests, each started on time whether or not the ones before it have been answered. */
export class Load {
  readonly #send: () => Promise<string | undefined>;
  readonly #timer: NodeJS.Timeout;
  readonly #answers: Promise<string | undefined>[] = [];
  readonly #startedAt = performance.now();
  readonly #perSecond: number;

  /** `send` resolves with what went wrong, or with undefined. */
  constructor(t: Cleanup, perSecond: number, send: () => Promise<string | undefined>) {
    this.#send = send;
    this.#perSecond = perSecond;
    this.#timer = setInterval(() => this.#catchUp(), 1);
    t.after(() => clearInterval(this.#timer));
  }

  /** Resolves when every request has been answered. */
  async stop(): Promise<{ readonly sent: number; readonly failures: readonly string[] }> {
    clearInterval(this.#timer);
    const failures = (await Promise.all(this.#answers)).filter((failure) => failure !== undefined);
    return { sent: this.#answers.length, failures };
  }

  #catchUp(): void {
    const due = ((performance.now() - this.#startedAt) / 1000) * this.#perSecond;
    while (this.#answers.length < due) this.#answers.push(this.#send().catch(String));
  }
}
