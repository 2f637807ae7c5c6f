import type { ProxyState } from '../ads/proxy-state.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { StoredSnapshot } from '../snapshot/last-good/stored-snapshot.ts';
import { LastGoodFile } from './last-good-file.ts';
import { LastGoodKeeper } from './last-good-keeper.ts';
import { standIn } from './stand-in.ts';

export interface LastGoodOptions {
  /** Where it is kept. */
  readonly folder: string;
  /** Whether private keys are kept, too. */
  readonly keys: boolean;
  /**
   * How long to wait for the first real snapshot before the stored one is served. With an API server that answers it is
   * there within this time, and an Envoy that has nothing is better off with it.
   */
  readonly patienceMs?: number;
}

export interface LastGoodParts extends LastGoodOptions {
  readonly fleet: string;
  /** See `standIn`. */
  readonly own: readonly Resource[];
  readonly proxies: () => readonly ProxyState[];
  /** Hears of what is stored, before anything is served. */
  readonly onRead: (stored: StoredSnapshot) => void;
  readonly publish: (snapshot: Snapshot) => void;
  readonly log: (line: string) => void;
}

const usualPatienceMs = 3000;

/** The last good snapshot of a fleet: kept on disk, and served after a restart as long as the API server is not there. */
export class LastGood {
  readonly #parts: LastGoodParts;
  readonly #file: LastGoodFile;
  readonly #keeper: LastGoodKeeper;
  #timer: NodeJS.Timeout | undefined;
  #real = false;
  #standIn: Snapshot | undefined;

  constructor(parts: LastGoodParts) {
    const { folder, fleet, keys, proxies, log } = parts;
    this.#parts = parts;
    this.#file = new LastGoodFile({ folder, fleet, keys, log });
    this.#keeper = new LastGoodKeeper({ file: this.#file, fleet, proxies });
  }

  /** Reads what is stored, and serves it unless a real snapshot comes soon. */
  async start(): Promise<void> {
    const stored = await this.#file.read();
    if (stored === undefined) return;
    this.#parts.onRead(stored);
    const { patienceMs = usualPatienceMs, own, publish, log } = this.#parts;
    this.#timer = setTimeout(() => {
      if (this.#real) return;
      const { snapshot, leftOut } = standIn(stored, own);
      this.#standIn = snapshot;
      log(`the API server has not been read yet: new Envoys get what was ${snapshot.cause}; those that have a configuration keep it`);
      for (const { resource, missing } of leftOut) {
        log(`left out of it: ${resource.type} ${resource.name}, because ${missing.type} ${missing.name} is not stored`);
      }
      publish(snapshot);
    }, patienceMs).unref();
  }

  /** To be called for each pass: its snapshot, if it has one, is a real one. */
  passed({ snapshot }: { readonly snapshot?: Snapshot }): void {
    if (snapshot === undefined) return;
    this.#real = true;
    clearTimeout(this.#timer);
    this.#keeper.published(snapshot);
  }

  /** To be called when an Envoy has accepted something. */
  accepted(): void {
    this.#keeper.look();
  }

  /** What there is to say as long as the stand-in is served. */
  get notice(): string | undefined {
    return this.#standIn === undefined || this.#real
      ? undefined
      : `stale: ${this.#standIn.cause}; waiting for the first list of every kind`;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#keeper.stop();
  }
}
