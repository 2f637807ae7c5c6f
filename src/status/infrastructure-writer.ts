import type { Key } from '../store/table.ts';
import { type Due, LeaderWriter, type LeaderWriterOptions } from './leader-writer.ts';

export interface InfrastructureOptions extends LeaderWriterOptions {
  /** What is to be there for a Gateway, as one comparable text; undefined: nothing. */
  readonly wanted: (key: Key) => string | undefined;
  /** Brings it about. */
  readonly write: (key: Key) => Promise<void>;
  /** Called when it could not be, or can again. */
  readonly onOutcome: (key: Key) => void;
}

/** What others have changed or deleted, and certificates that become old, are looked for so often. */
const againMs = 300_000;

/** Writes the Envoys and Services that Gateways have for themselves, and takes away what they do not want any more. Only a leader does anything. */
export class InfrastructureWriter extends LeaderWriter {
  readonly #options: InfrastructureOptions;
  readonly #obstacles = new Map<Key, string>();
  readonly #written = new Map<Key, { readonly text: string; readonly at: number }>();

  constructor(options: InfrastructureOptions) {
    super(options, 20, (key) => `Gateway ${key}`, 'its own Envoys');
    this.#options = options;
  }

  /** Why what a Gateway needs could not be made. */
  obstacle(key: Key): string | undefined {
    return this.#obstacles.get(key);
  }

  /** To be called when something that was written may be gone. */
  forget(key: Key): void {
    this.#written.delete(key);
  }

  protected override dueOf(key: Key): Due {
    const { wanted, clock } = this.#options;
    const text = wanted(key);
    if (text === undefined) {
      this.#written.delete(key);
      this.#tell(key, undefined);
      return { write: false, wait: false };
    }
    const last = this.#written.get(key);
    return { write: last?.text !== text || clock.now() - last.at > againMs, wait: true };
  }

  protected override async write(key: Key): Promise<void> {
    const { wanted, write, clock } = this.#options;
    const text = wanted(key);
    if (!this.leading || text === undefined) return;
    try {
      await write(key);
      this.#tell(key, undefined);
    } catch (error) {
      this.#tell(key, error instanceof Error ? error.message : String(error));
      throw error;
    }
    this.#written.set(key, { text, at: clock.now() });
  }

  #tell(key: Key, obstacle: string | undefined): void {
    if (this.#obstacles.get(key) === obstacle) return;
    if (obstacle === undefined) this.#obstacles.delete(key);
    else this.#obstacles.set(key, obstacle);
    this.#options.onOutcome(key);
  }
}
