import { join, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { Change } from './contents.ts';
import { fileChange } from './read-folder.ts';
import { isIgnored, isManifest, reason, type Scan, scan } from './scan.ts';
import { type Look, Settle } from './settle.ts';

export interface FolderTiming {
  /** Between two looks at a file that is being saved. */
  readonly settleMs: number;
  /** Network folders and mounts of virtual machines do not tell of changes, so that we look ourselves now and then. */
  readonly pollMs: number;
}

export interface WatcherOptions {
  readonly root: string;
  readonly timing: FolderTiming;
  readonly onChanges: (changes: readonly Change[]) => void;
  /** Called with a sentence when the folder itself cannot be read, and with nothing when it can again. */
  readonly onTrouble: (sentence: string | undefined) => void;
}

/** Watches a folder: what the file system reports only says when to look. */
export class FolderWatcher {
  readonly #options: WatcherOptions;
  readonly #settle = new Settle();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon = false;
  #trouble: string | undefined;
  #closed = false;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Reads everything, then watches; throws when there is no such folder. */
  start(onRead: () => void): void {
    this.#take(this.#settle.first(this.#scan()));
    onRead();
    // Whoever listens may have had enough already.
    if (this.#closed) return;
    this.#watch();
    this.#schedule(this.#options.timing.pollMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    void this.#watcher?.close();
  }

  #scan(): Scan {
    const { root } = this.#options;
    try {
      return scan(root);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = { ENOENT: 'it does not exist', ENOTDIR: 'it is not a folder' }[code ?? ''] ?? reason(error);
      throw new Error(`The folder ${root} cannot be read: ${why}.`, { cause: error });
    }
  }

  #watch(): void {
    const { root } = this.#options;
    const soon = (): void => this.#lookSoon();
    void this.#watcher?.close();
    this.#watcher = watch(root, {
      ignoreInitial: true,
      ignored: (path, stats) =>
        relative(root, path)
          .split(sep)
          .some((name) => name !== '..' && isIgnored(name)) ||
        (stats?.isFile() === true && !isManifest(path)),
    });
    // Errors, such as too few watches allowed by the system, leave the looks that the timer makes.
    this.#watcher.on('all', soon).on('raw', soon).on('ready', soon).on('error', soon);
  }

  #lookSoon(): void {
    if (!this.#soon && !this.#closed) this.#schedule(0);
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#soon = delay < this.#options.timing.pollMs;
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  #look(): void {
    const { settleMs, pollMs } = this.#options.timing;
    this.#soon = false;
    const again = this.#lookNow();
    if (!this.#closed) this.#schedule(again ? settleMs : pollMs);
  }

  #lookNow(): boolean {
    let found: Scan;
    try {
      found = this.#scan();
    } catch (error) {
      this.#report((error as Error).message);
      return false;
    }
    if (this.#trouble !== undefined) this.#watch();
    this.#report(undefined);
    const look = this.#settle.look(found);
    this.#take(look);
    return look.again;
  }

  #report(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble(trouble);
  }

  #take({ due, gone, unreadable }: Look): void {
    const { root, onChanges } = this.#options;
    const changes: Change[] = [
      ...due.map((file) => fileChange(join(root, file), file)),
      ...[...unreadable].map(([file, why]) => ({ file, content: { unreadable: why } })),
      ...gone.map((file) => ({ file, content: undefined })),
    ];
    if (changes.length > 0) onChanges(changes);
  }
}
