import type { Assembly } from './assembly.ts';
import { QuarantineFile, type QuarantineFileOptions } from './quarantine-file.ts';

export interface QuarantineKeeperOptions extends QuarantineFileOptions {
  readonly assembly: Assembly;
  /** At most one write in this time. */
  readonly intervalMs?: number;
}

/** Keeps on disk what is put aside. */
export class QuarantineKeeper {
  readonly #assembly: Assembly;
  readonly #file: QuarantineFile;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor({ assembly, intervalMs = 200, ...file }: QuarantineKeeperOptions) {
    this.#assembly = assembly;
    this.#file = new QuarantineFile(file);
    this.#intervalMs = intervalMs;
  }

  /** To be called before the first pass. */
  async restore(): Promise<void> {
    this.#assembly.restore(await this.#file.read());
  }

  /** To be called after each pass. */
  passed(): void {
    // Before the first snapshot nothing is known of what was restored.
    if (this.#timer !== undefined || this.#assembly.current === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#write());
    }, this.#intervalMs).unref();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    if (this.#assembly.current !== undefined) await this.#write();
  }

  #write(): Promise<void> {
    return this.#file.write(this.#assembly.quarantined());
  }
}
