import type { ProxyState } from '../ads/proxy-state.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { LastGoodFile } from './last-good-file.ts';

export interface LastGoodKeeperOptions {
  readonly file: LastGoodFile;
  readonly fleet: string;
  /** The Envoys that are connected. */
  readonly proxies: () => readonly ProxyState[];
  /** At most one look, and so one write, in this time. */
  readonly intervalMs?: number;
}

/** Snapshots share what did not change, so that these cost little. Who lags further behind holds up what is kept. */
const remembered = 256;

/** Keeps the newest snapshot that the whole fleet runs on disk, a moment after it has come to that. */
export class LastGoodKeeper {
  readonly #options: LastGoodKeeperOptions;
  readonly #snapshots = new Map<number, Snapshot>();
  #kept = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: LastGoodKeeperOptions) {
    this.#options = options;
  }

  published(snapshot: Snapshot): void {
    this.#snapshots.set(snapshot.number, snapshot);
    for (const number of this.#snapshots.keys()) {
      if (this.#snapshots.size <= remembered) break;
      this.#snapshots.delete(number);
    }
    this.look();
  }

  /** To be called when something may have been accepted: a moment later it is found out what. */
  look(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      // Before the write, so that what is accepted while it lasts is looked at after it.
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#keep());
    }, this.#options.intervalMs ?? 1000).unref();
  }

  /** Writes what has been accepted and is not on disk yet. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const { file, fleet, proxies } = this.#options;
    const number = acceptedByAll(proxies(), fleet);
    const snapshot = this.#snapshots.get(number);
    if (snapshot === undefined || number <= this.#kept) return;
    await file.write(snapshot);
    this.#kept = number;
    for (const older of this.#snapshots.keys()) if (older <= number) this.#snapshots.delete(older);
  }
}

/** The newest snapshot that every connected Envoy of a fleet has accepted; 0 when there is none, or no Envoy. */
export function acceptedByAll(proxies: readonly ProxyState[], fleet: string): number {
  const numbers = proxies.filter((proxy) => proxy.fleet === fleet).map(({ accepted }) => accepted);
  return numbers.length === 0 ? 0 : Math.min(...numbers);
}
