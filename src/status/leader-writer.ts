import type { Clock } from '../ads/clock.ts';
import type { Key } from '../store/table.ts';
import { WriteQueue } from './write-queue.ts';

export interface LeaderWriterOptions {
  readonly onTrouble: (sentence: string) => void;
  readonly clock: Clock;
}

/** What is to be done about an object now. */
export interface Due {
  /** There is something to write. */
  readonly write: boolean;
  /** There will be, when Envoys have accepted something. */
  readonly wait: boolean;
}

/** While something waits it is looked at again: nobody says when the Envoy has left that everyone waited for. */
const lookAgainMs = 1000;

/** Writes about objects by their keys, when there is something to write and Envoys have accepted it. Only a leader does anything. */
export abstract class LeaderWriter {
  readonly #queue: WriteQueue;
  readonly #clock: Clock;
  readonly #waiting = new Set<Key>();
  #leading = false;
  #callOff: (() => void) | undefined;

  /** `nameOf`: how an object is called in a sentence. At most `perSecond` writes, and so many at once. */
  protected constructor({ clock, onTrouble }: LeaderWriterOptions, perSecond: number, nameOf: (key: Key) => string, what = 'its status') {
    this.#clock = clock;
    this.#queue = new WriteQueue({
      write: (key) => this.write(key),
      onFailure: (key, error) => onTrouble(`${nameOf(key)}: ${what} could not be written: ${messageOf(error)}. It is tried again.`),
      perSecond,
      burst: perSecond,
      clock,
    });
  }

  protected abstract dueOf(key: Key): Due;

  /** Much may have happened while the write waited for its turn. */
  protected abstract write(key: Key): Promise<void>;

  protected get leading(): boolean {
    return this.#leading;
  }

  /** Begins to write, or leaves it to another. The keys are those of all objects that are ours. */
  lead(leading: boolean, keys: Iterable<Key>): void {
    this.#leading = leading;
    if (leading) this.consider(keys);
    else this.stop();
  }

  /** To be called with the objects about which something has changed. */
  consider(keys: Iterable<Key>): void {
    if (!this.#leading) return;
    for (const key of keys) {
      const { write, wait } = this.dueOf(key);
      if (wait) this.#waiting.add(key);
      else this.#waiting.delete(key);
      if (write) this.#queue.add(key);
    }
    this.#lookAgain();
  }

  /** To be called when Envoys have accepted something. */
  advance(): void {
    this.consider([...this.#waiting]);
  }

  stop(): void {
    this.#leading = false;
    this.#queue.clear();
    this.#waiting.clear();
    this.#callOff?.();
    this.#callOff = undefined;
  }

  /** Looks at an object again when Envoys have accepted something. */
  protected waitFor(key: Key): void {
    this.#waiting.add(key);
    this.#lookAgain();
  }

  #lookAgain(): void {
    if (this.#callOff !== undefined || this.#waiting.size === 0) return;
    this.#callOff = this.#clock.after(lookAgainMs, () => {
      this.#callOff = undefined;
      this.advance();
    });
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
