import type { Key } from '../store/table.ts';
import { type Due, LeaderWriter, type LeaderWriterOptions } from './leader-writer.ts';

export interface InfrastructureOptions extends LeaderWriterOptions {
  /** What is to be there for a Gateway, as one comparable text; undefined: nothing. */
  readonly wanted: (key: Key) => string | undefined;
  /** Brings it about. */
  readonly write: (key: Key) => Promise<void>;
}

/** What others have changed or deleted, and certificates that become old, are looked for so often. */
const againMs = 300_000;

/** Writes the Envoys and Services that Gateways have for themselves. Only a leader does anything; Kubernetes removes them with the Gateway. */
export class InfrastructureWriter extends LeaderWriter {
  readonly #options: InfrastructureOptions;
  readonly #written = new Map<Key, { readonly text: string; readonly at: number }>();

  constructor(options: InfrastructureOptions) {
    super(options, 20, (key) => `Gateway ${key}`, 'its own Envoys');
    this.#options = options;
  }

  /** To be called when something that was written may be gone. */
  forget(key: Key): void {
    this.#written.delete(key);
  }

  protected override dueOf(key: Key): Due {
    const { wanted, clock } = this.#options;
    const text = wanted(key);
    if (text === undefined) this.#written.delete(key);
    if (text === undefined) return { write: false, wait: false };
    const last = this.#written.get(key);
    return { write: last?.text !== text || clock.now() - last.at > againMs, wait: true };
  }

  protected override async write(key: Key): Promise<void> {
    const { wanted, write, clock } = this.#options;
    const text = wanted(key);
    if (!this.leading || text === undefined) return;
    await write(key);
    this.#written.set(key, { text, at: clock.now() });
  }
}
