import type { Clock } from '../ads/clock.ts';
import { type EventDraft, eventName, identityOf } from './event-draft.ts';
import { WriteQueue } from './write-queue.ts';

export interface EventWriterOptions {
  /** `uid` of an Ingress, as it is now; undefined when it is gone. */
  readonly uid: (ingress: string) => string | undefined;
  readonly create: (name: string, uid: string, draft: EventDraft) => Promise<void>;
  /** Says of an Event that it has happened again. False: it is not there any more. */
  readonly repeat: (name: string, draft: EventDraft, count: number) => Promise<boolean>;
  readonly onTrouble: (sentence: string) => void;
  readonly clock: Clock;
}

interface Known {
  readonly draft: EventDraft;
  readonly uid: string;
  count: number;
  /** Of `count`, as far as it has been written; 0 = not at all. */
  written: number;
  writtenAt: number;
}

/** What happens again is counted at most so often. */
const repeatAfterMs = 600_000;
/** An API server forgets Events after an hour. */
const forgetAfterMs = 3_600_000;
const mostWaiting = 1000;
const mostKnown = 10_000;

/** Writes Events, each once, and from then on its count. Only a leader does anything. */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #queue: WriteQueue;
  /** By identity, the oldest first. */
  readonly #known = new Map<string, Known>();
  #leading = false;
  #overflowing = false;

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#queue = new WriteQueue({
      write: (identity) => this.#write(identity),
      onFailure: (_, error) =>
        options.onTrouble(`An Event could not be written: ${error instanceof Error ? error.message : String(error)}`.replace(/\.?$/, '.')),
      perSecond: 5,
      burst: 20,
      most: mostWaiting,
      clock: options.clock,
    });
  }

  lead(leading: boolean): void {
    this.#leading = leading;
    if (leading) return;
    this.#queue.clear();
    // Another writes them now; should they come back to us, they are told anew.
    this.#known.clear();
  }

  tell(draft: EventDraft): void {
    const uid = this.#options.uid(draft.ingress);
    if (!this.#leading || uid === undefined) return;
    const identity = identityOf(draft, uid);
    const known = this.#recall(identity) ?? { draft, uid, count: 0, written: 0, writtenAt: 0 };
    known.count++;
    this.#known.delete(identity);
    this.#known.set(identity, known);
    this.#trim();
    const due = known.written === 0 || this.#options.clock.now() - known.writtenAt >= repeatAfterMs;
    if (due) this.#enqueue(identity);
  }

  #recall(identity: string): Known | undefined {
    const known = this.#known.get(identity);
    const old = known !== undefined && known.written > 0 && this.#options.clock.now() - known.writtenAt >= forgetAfterMs;
    return old ? undefined : known;
  }

  #enqueue(identity: string): void {
    const taken = this.#queue.add(identity);
    if (!taken && !this.#overflowing)
      this.#options.onTrouble(
        `More than ${mostWaiting} Events wait to be written: some are left out. /debug/problems shows every problem.`,
      );
    this.#overflowing = !taken;
  }

  #trim(): void {
    for (const identity of this.#known.keys()) {
      if (this.#known.size <= mostKnown) return;
      this.#known.delete(identity);
    }
  }

  async #write(identity: string): Promise<void> {
    const { create, repeat, uid, clock } = this.#options;
    const known = this.#known.get(identity);
    if (known === undefined || uid(known.draft.ingress) !== known.uid) return;
    const { draft, count } = known;
    const name = eventName(draft, known.uid);
    if (known.written === 0 || !(await repeat(name, draft, count))) await create(name, known.uid, draft);
    known.written = count;
    known.writtenAt = clock.now();
  }
}
