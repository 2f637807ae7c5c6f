import type { IncomingMessage } from 'node:http';
import type { Arrivals } from './api/arrivals.ts';
import { Backoff, type BackoffTiming } from './api/backoff.ts';
import { isNotServed, resourceName } from './api/discovery.ts';
import { Failure, failureOf, failureOfStatus, isAboutCredentials } from './api/failure.ts';
import { Lines } from './api/lines.ts';
import { list } from './api/list.ts';
import { Outage } from './api/outage.ts';
import { eachChunk, exchange, parseJson } from './api/request.ts';
import { metadataOnly, watchParameters } from './api/watch-parameters.ts';
import type { Collection, Follower } from './collection.ts';
import type { Connection } from './connection.ts';
import type { ObjectKey } from './event.ts';
import { valueAt } from './read.ts';

export interface ReflectorTiming extends BackoffTiming {
  /** While a right is missing or a kind is not there, which only people change. */
  readonly slowDelayMs: number;
  /** How often it is asked whether a kind that is not there has come. */
  readonly discoveryMs: number;
  /** The server sends a bookmark about every minute, so that a longer silence means a dead connection. */
  readonly idleMs: number;
  /** Within a streaming list there is no reason for silence. */
  readonly listIdleMs: number;
  /** A watch that ends sooner does not count as one. */
  readonly shortWatchMs: number;
}

/**
 * Why a watch began again. `ended`: the server ends each after some minutes. `expired`: the server no longer knew the place, and all was
 * listed again. `refused`: it answered with an error. `lost`: the connection broke, or what came was no answer.
 */
export type RestartReason = 'ended' | 'expired' | 'refused' | 'lost';

export interface ReflectorOptions {
  readonly connection: Connection;
  readonly collection: Collection;
  readonly follower: Follower;
  /** Of a list in pages. */
  readonly pageSize: number;
  /** Whether lists are asked for as streams first. */
  readonly streams: boolean;
  readonly timing: ReflectorTiming;
  /** Shared by all that follow the same server. */
  readonly outage: Outage;
  /** Likewise. */
  readonly arrivals: Arrivals;
  /** A sentence for each failed attempt. */
  readonly onTrouble: (sentence: string) => void;
  /** After trouble: the server answers again. */
  readonly onWell: () => void;
  /** Each time that a watch, which the server had granted, has to begin again. */
  readonly onRestart?: ((reason: RestartReason) => void) | undefined;
}

/** The longest that a server may ask us to wait. */
const longestRetryAfterMs = 300_000;

/** Marks the bookmark after which a streaming list is whole. */
const listEnd = 'k8s.io/initial-events-end';

/**
 * Follows one collection of an API server: list, watch from there, and list again when the server no longer remembers
 * the place. It never ends by itself, and never skips: whenever something may have been missed it lists again and tells
 * the difference. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 *
 *     list ──▶ watch ──▶ (ends after some minutes) ──▶ watch from the last version seen
 *      ▲                    │
 *      └── 410, garbage ────┘          any other failure: wait, then go on
 *
 * A list is the beginning of a watch where the server can do that, and comes in pages where it cannot.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  /** Opaque; undefined when a list is due. */
  #version: string | undefined;
  /** Within a streaming list: what it has had so far. */
  #listing: Set<ObjectKey> | undefined;
  #streams: boolean;
  /** The next list comes in pages, because a stream did not get to its end. */
  #pagesNext = false;
  #attempt = new AbortController();
  #troubled = false;
  /** Since when the server answers; undefined while it does not. */
  #wellSince: number | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.timing);
    this.#streams = options.streams;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#attempt = new AbortController();
      const attempt = AbortSignal.any([signal, this.#attempt.signal]);
      try {
        if (this.#version === undefined && (!this.#streams || this.#pagesNext)) this.#version = await this.#listPages(attempt);
        await this.#watch(this.#version, attempt);
        this.#options.onRestart?.('ended');
      } catch (error) {
        if (signal.aborted) return;
        if (attempt.aborted) continue;
        if (!isOutside(error)) throw error;
        await this.#recover(failureOf(error), signal);
      }
    }
  }

  /** Lists everything again: what the follower did not want before it may want now. */
  relist(): void {
    this.#version = undefined;
    this.#attempt.abort();
  }

  async #listPages(signal: AbortSignal): Promise<string> {
    const { connection, collection, follower, pageSize, timing } = this.#options;
    const seen = new Set<ObjectKey>();
    const version = await list(
      { connection, collection, pageSize, signal, idleMs: timing.idleMs },
      () => seen.clear(),
      // Whoever listens may leave within a page.
      (item) => signal.aborted || seen.add(follower.put(item)),
    );
    signal.throwIfAborted();
    this.#pagesNext = false;
    this.#listed(seen);
    return version;
  }

  #listed(seen: ReadonlySet<ObjectKey>): void {
    const { follower } = this.#options;
    this.#well();
    follower.keepOnly(seen);
    follower.listed();
  }

  async #watch(from: string | undefined, signal: AbortSignal): Promise<void> {
    const { connection, collection, timing } = this.#options;
    const query = new URLSearchParams({ ...collection.parameters, ...watchParameters(from) });
    const start = performance.now();
    this.#listing = from === undefined ? new Set() : undefined;
    const accept = collection.metadataOnly === true ? metadataOnly.event : undefined;
    const response = await exchange(connection, `${collection.path}?${query.toString()}`, { signal, idleMs: timing.idleMs, accept });
    this.#well();
    const silence = setTimeout(() => this.#listing && response.destroy(unfinished()), timing.listIdleMs);
    try {
      await this.#takeAll(response, signal, silence);
    } finally {
      clearTimeout(silence);
    }
    signal.throwIfAborted();
    if (this.#listing !== undefined) throw new Failure('the API server ended a list before it was whole');
    // What is left of a line that was cut comes again: the version has not moved.
    if (performance.now() - start < timing.shortWatchMs) throw new Failure('the API server ends the watch at once');
  }

  #takeAll(response: IncomingMessage, signal: AbortSignal, silence: NodeJS.Timeout): Promise<void> {
    const lines = new Lines();
    return eachChunk(response, (chunk) => {
      for (const line of lines.push(chunk)) {
        if (signal.aborted) return;
        this.#take(parseJson(line));
      }
      if (this.#listing === undefined) clearTimeout(silence);
      else silence.refresh();
    });
  }

  #take(event: unknown): void {
    const { follower } = this.#options;
    const object = valueAt(event, ['object']);
    const type = valueAt(event, ['type']);
    const version = valueAt(object, ['metadata', 'resourceVersion']);
    if (type === 'ERROR') throw failureOfStatus(object);
    if (type === 'ADDED' || type === 'MODIFIED') {
      const key = follower.put(object);
      this.#listing?.add(key);
    } else if (type === 'DELETED') {
      // What a list has had may go before its end: then the key stays in it, and does no harm.
      follower.delete(object);
    } else if (type !== 'BOOKMARK') {
      throw new Failure('the API server sent something that is not an event', { relist: true });
    } else if (this.#listing !== undefined) {
      if (valueAt(object, ['metadata', 'annotations', listEnd]) !== 'true') throw unfinished();
      this.#listed(this.#listing);
      this.#listing = undefined;
    }
    if (this.#listing === undefined && typeof version === 'string' && version !== '') this.#version = version;
  }

  #well(): void {
    if (this.#wellSince === undefined) this.#options.outage.over();
    this.#wellSince ??= performance.now();
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#options.onWell();
  }

  async #recover(failure: Failure, signal: AbortSignal): Promise<void> {
    const { connection, collection, follower, timing, outage, arrivals, onRestart } = this.#options;
    const heard = this.#wellSince !== undefined;
    if (heard) onRestart?.(reasonOf(failure));
    const wellForMs = this.#wellSince === undefined ? 0 : performance.now() - this.#wellSince;
    this.#wellSince = undefined;
    if (failure.relist) this.#version = undefined;
    if (this.#giveUpStream(failure)) return;
    const absent = failure.status === 404 && collection.optional && (await isNotServed(connection, collection, { signal, ...timing }));
    if (absent) {
      this.#version = undefined;
      follower.keepOnly(new Set());
    }
    if (absent || (failure.status === 403 && !collection.required)) follower.listed();
    // An old version, and a connection that breaks after a long time, are the course of things.
    const expected = wellForMs >= timing.stableMs && (failure.relist || failure.status === undefined);
    if (!expected && !absent) this.#report(failure);
    if (isAboutCredentials(failure)) await connection.reload().catch((error: unknown) => this.#report(failureOf(error)));
    const rarely = failure.status === 403 || failure.status === 404;
    const backoff = this.#backoff.next(wellForMs);
    const asked = Math.min(failure.retryAfterMs ?? 0, longestRetryAfterMs);
    const wait = rarely ? this.#backoff.shaken(timing.slowDelayMs) : Math.max(backoff, this.#backoff.shaken(asked));
    if (absent) return arrivals.wait(connection, collection, wait, signal);
    // Whoever was answered and fails all the same has a reason of his own, and must not be called by others like him.
    const together = !heard && !rarely && failure.retryAfterMs === undefined;
    await (together ? outage : new Outage()).wait(wait, signal);
  }

  /** Whether a list in pages should be tried at once in place of the stream. */
  #giveUpStream({ status, code }: Failure): boolean {
    const listing = this.#listing !== undefined;
    this.#listing = undefined;
    if (!listing) return false;
    // The server knows streaming lists, or the parameters that go with them, not at all: it answers so each time.
    if (status === 400 || status === 422) this.#streams = false;
    this.#pagesNext = code === unfinishedCode;
    return !this.#streams || this.#pagesNext;
  }

  #report(failure: Failure): void {
    const { collection, onTrouble, connection } = this.#options;
    this.#troubled = true;
    onTrouble(`${collection.kind}: ${failure.message.replace(/\.?$/, '.')} ${adviceFor(failure, collection, connection)}`.trim());
  }
}

const unfinishedCode = 'UNFINISHED_LIST';

function unfinished(): Failure {
  return new Failure('the API server does not end its streaming list', { code: unfinishedCode });
}

function reasonOf({ status }: Failure): RestartReason {
  if (status === undefined) return 'lost';
  return status === 410 ? 'expired' : 'refused';
}

/** Failures of the world around us, as opposed to a mistake in our own code, which must not be retried for ever in silence. */
function isOutside(error: unknown): boolean {
  return error instanceof Failure || (error instanceof Error && ('code' in error || error.name === 'AbortError'));
}

function adviceFor({ status, code }: Failure, { apiVersion, path }: Collection, { server }: Connection): string {
  const resource = resourceName(path);
  if (status === 403) return `Naru's role needs the verbs list and watch for ${resource} (${apiVersion}).`;
  if (status === 404) return `This API server does not have ${resource} of ${apiVersion}.`;
  if (status === 401) return 'The credentials are read again.';
  return status === undefined && code !== undefined ? `The API server is ${server}.` : '';
}
