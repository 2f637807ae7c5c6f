import { setTimeout as delay } from 'node:timers/promises';
import { Backoff, type BackoffTiming } from './api/backoff.ts';
import { Failure, failureOf, failureOfStatus, isAboutCredentials } from './api/failure.ts';
import { Known } from './api/known.ts';
import { Lines } from './api/lines.ts';
import { list } from './api/list.ts';
import { exchange, parseJson } from './api/request.ts';
import type { Connection } from './connection.ts';
import type { KubeEvent } from './event.ts';
import { collectionPath, kinds } from './kinds.ts';
import type { Kind } from './objects.ts';
import { valueAt } from './read.ts';

export interface ReflectorTiming extends BackoffTiming {
  /** While a right is missing or a kind is not there, which only people change. */
  readonly slowDelayMs: number;
  /** The server sends a bookmark about every minute, so that a longer silence means a dead connection. */
  readonly idleMs: number;
  /** A watch that ends sooner does not count as one. */
  readonly shortWatchMs: number;
}

export interface ReflectorOptions {
  readonly connection: Connection;
  readonly kind: Kind;
  /** Absent: all namespaces. */
  readonly namespace: string | undefined;
  /** One object; absent: all. */
  readonly name: string | undefined;
  readonly pageSize: number;
  readonly timing: ReflectorTiming;
  readonly emit: (event: KubeEvent) => void;
  /** A sentence for each failed attempt. */
  readonly onTrouble: (sentence: string) => void;
  /** After trouble: the server answers again. */
  readonly onWell: () => void;
}

/** The longest that a server may ask us to wait. */
const longestRetryAfterMs = 300_000;

/**
 * Follows one kind on an API server: list, watch from there, and list again when the server no longer remembers the
 * place. It never ends by itself, and never skips: whenever something may have been missed it lists again and tells the
 * difference. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 *
 *     list ──▶ watch ──▶ (ends after some minutes) ──▶ watch from the last version seen
 *      ▲                    │
 *      └── 410, garbage ────┘          any other failure: wait, then go on
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #known: Known;
  readonly #backoff: Backoff;
  /** Opaque; undefined when a list is due. */
  #version: string | undefined;
  #synced = false;
  #troubled = false;
  /** Since when the server answers; undefined while it does not. */
  #wellSince: number | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#known = new Known(options.kind, options.emit);
    this.#backoff = new Backoff(options.timing);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!isOutside(error)) throw error;
        await this.#recover(failureOf(error), signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { connection, pageSize, timing } = this.#options;
    const seen = new Set<string>();
    const request = { connection, path: this.#path(), parameters: this.#parameters(), pageSize, signal, idleMs: timing.idleMs };
    const version = await list(
      request,
      () => seen.clear(),
      // A subscriber may leave within a page.
      (item) => signal.aborted || seen.add(this.#known.put(item)),
    );
    if (signal.aborted) return version;
    this.#known.keepOnly(seen);
    if (!this.#synced) this.#options.emit({ type: 'synced', kind: this.#options.kind });
    this.#synced = true;
    this.#well();
    return version;
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { connection, timing } = this.#options;
    const query = new URLSearchParams({
      ...this.#parameters(),
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      // Of many watches each ends at another time.
      timeoutSeconds: String(290 + Math.floor(Math.random() * 300)),
    });
    const start = performance.now();
    const response = await exchange(connection, `${this.#path()}?${query.toString()}`, { signal, idleMs: timing.idleMs });
    this.#well();
    const lines = new Lines();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (const line of lines.push(chunk)) {
        if (signal.aborted) return;
        this.#take(parseJson(line));
      }
    }
    // What is left of a line that was cut comes again: the version has not moved.
    if (performance.now() - start < timing.shortWatchMs) throw new Failure('the API server ends the watch at once');
  }

  #take(event: unknown): void {
    const object = valueAt(event, ['object']);
    const type = valueAt(event, ['type']);
    if (type === 'ERROR') throw failureOfStatus(object);
    if (type === 'ADDED' || type === 'MODIFIED') this.#known.put(object);
    else if (type === 'DELETED') this.#known.delete(object);
    else if (type !== 'BOOKMARK') throw new Failure('the API server sent something that is not an event', { relist: true });
    const version = valueAt(object, ['metadata', 'resourceVersion']);
    if (typeof version === 'string' && version !== '') this.#version = version;
  }

  #path(): string {
    return collectionPath(this.#options.kind, this.#options.namespace);
  }

  #parameters(): Readonly<Record<string, string>> {
    const { kind, name } = this.#options;
    const fieldSelector = name === undefined ? kinds[kind].fieldSelector : `metadata.name=${name}`;
    return fieldSelector === undefined ? {} : { fieldSelector };
  }

  #well(): void {
    this.#wellSince ??= performance.now();
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#options.onWell();
  }

  async #recover(failure: Failure, signal: AbortSignal): Promise<void> {
    const { connection, timing } = this.#options;
    const wellForMs = this.#wellSince === undefined ? 0 : performance.now() - this.#wellSince;
    this.#wellSince = undefined;
    if (failure.relist) this.#version = undefined;
    // An old version, and a connection that breaks after a long time, are the course of things.
    const expected = wellForMs >= timing.stableMs && (failure.relist || failure.status === undefined);
    if (!expected) this.#report(failure);
    if (isAboutCredentials(failure)) await connection.reload().catch((error: unknown) => this.#report(failureOf(error)));
    const rarely = failure.status === 403 || failure.status === 404;
    const backoff = this.#backoff.next(wellForMs);
    const asked = Math.min(failure.retryAfterMs ?? 0, longestRetryAfterMs);
    const wait = rarely ? this.#backoff.shaken(timing.slowDelayMs) : Math.max(backoff, this.#backoff.shaken(asked));
    // Rejected only when the subscriber has left.
    await delay(wait, undefined, { signal }).catch(() => {});
  }

  #report(failure: Failure): void {
    const { kind, onTrouble, connection } = this.#options;
    this.#troubled = true;
    onTrouble(`${kind}: ${failure.message.replace(/\.?$/, '.')} ${adviceFor(failure, kind, connection)}`.trim());
  }
}

/** Failures of the world around us, as opposed to a mistake in our own code, which must not be retried for ever in silence. */
function isOutside(error: unknown): boolean {
  return error instanceof Failure || (error instanceof Error && ('code' in error || error.name === 'AbortError'));
}

function adviceFor({ status, code }: Failure, kind: Kind, { server }: Connection): string {
  const { apiVersion, path } = kinds[kind];
  const resource = path.slice(path.lastIndexOf('/') + 1);
  if (status === 403) return `Naru's role needs the verbs get, list and watch for ${resource} (${apiVersion}).`;
  if (status === 404) return `This API server does not have ${resource} of ${apiVersion}.`;
  if (status === 401) return 'The credentials are read again.';
  return status === undefined && code !== undefined ? `The API server is ${server}.` : '';
}
