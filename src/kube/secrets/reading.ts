import { Backoff } from '../api/backoff.ts';
import { type Failure, failureOf, isAboutCredentials } from '../api/failure.ts';
import type { Outage } from '../api/outage.ts';
import { exchangeJson } from '../api/request.ts';
import type { Connection } from '../connection.ts';
import type { ObjectKey } from '../event.ts';
import { collectionPath, kinds } from '../kinds.ts';
import type { ReflectorTiming } from '../reflector.ts';

export interface ReadingOptions {
  readonly connection: Connection;
  readonly timing: ReflectorTiming;
  readonly outage: Outage;
  readonly signal: AbortSignal;
  /** Undefined: there is none. */
  readonly onAnswer: (key: ObjectKey, raw: unknown) => void;
  /** It cannot be had for now; what was known of it holds. */
  readonly onRefusal: (key: ObjectKey) => void;
  readonly onTrouble: (sentence: string) => void;
}

const atOnce = 16;

/** Gets Secrets by their names: each until there is an answer, or again and again. */
export class SecretReading {
  readonly #options: ReadingOptions;
  readonly #running = new Map<ObjectKey, AbortController>();
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** Begins anew if it is under way, so that the answer is not older than the question. `everyMs`: and asks again and again. */
  ask(key: ObjectKey, everyMs?: number): void {
    this.drop(key);
    const stop = new AbortController();
    this.#running.set(key, stop);
    void this.#follow(key, AbortSignal.any([stop.signal, this.#options.signal]), everyMs).finally(() => {
      if (this.#running.get(key) === stop) this.#running.delete(key);
    });
  }

  drop(key: ObjectKey): void {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
  }

  async #follow(key: ObjectKey, signal: AbortSignal, everyMs: number | undefined): Promise<void> {
    const { timing, outage, onAnswer } = this.#options;
    const backoff = new Backoff(timing);
    while (!signal.aborted) {
      let wait: number;
      try {
        const raw = await this.#inTurn(() => this.#get(key, signal));
        if (signal.aborted) return;
        onAnswer(key, raw);
        if (everyMs === undefined) return;
        wait = backoff.shaken(everyMs);
      } catch (error) {
        if (signal.aborted) return;
        wait = await this.#recover(key, failureOf(error), backoff);
      }
      await outage.wait(wait, signal);
    }
  }

  async #get(key: ObjectKey, signal: AbortSignal): Promise<unknown> {
    const [namespace = '', name = ''] = key.split('/');
    const path = `${collectionPath(kinds.Secret, namespace)}/${encodeURIComponent(name)}`;
    try {
      return await exchangeJson(this.#options.connection, path, { signal, idleMs: this.#options.timing.listIdleMs });
    } catch (error) {
      if (failureOf(error).status === 404) return undefined;
      throw error;
    }
  }

  /** How long to wait. */
  async #recover(key: ObjectKey, failure: Failure, backoff: Backoff): Promise<number> {
    const { connection, timing, onTrouble, onRefusal } = this.#options;
    const forbidden = failure.status === 403;
    const advice = forbidden ? " Naru's role needs the verb get for this Secret." : '';
    onTrouble(`Secret ${key}: ${failure.message.replace(/\.?$/, '.')}${advice}`);
    if (forbidden) onRefusal(key);
    if (isAboutCredentials(failure)) await connection.reload().catch(() => {});
    return forbidden ? backoff.shaken(timing.slowDelayMs) : Math.max(backoff.next(0), failure.retryAfterMs ?? 0);
  }

  async #inTurn<T>(get: () => Promise<T>): Promise<T> {
    if (this.#busy >= atOnce) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#busy += 1;
    try {
      return await get();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }
}
