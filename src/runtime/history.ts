import type { SnapshotSummary } from '../debug/view.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

const kept = 100;
/** Of so many the resources are kept, too; those that did not change are shared. */
const keptWhole = 20;

/** The last snapshots of a fleet, the newest first. */
export class History {
  #summaries: readonly SnapshotSummary[] = [];
  #whole: readonly Snapshot[] = [];

  add(snapshot: Snapshot): void {
    const { number, hash, cause, summary, time, changes } = snapshot;
    this.#whole = [snapshot, ...this.#whole.slice(0, keptWhole - 1)];
    const added = changes.filter(({ before }) => before === undefined).length;
    const removed = changes.filter(({ after }) => after === undefined).length;
    const entry = { number, hash, cause, summary, time, added, changed: changes.length - added - removed, removed };
    this.#summaries = [entry, ...this.#summaries.slice(0, kept - 1)];
  }

  /** Undefined for one that is too old, or never was. */
  find(number: number): Snapshot | undefined {
    return this.#whole.find((one) => one.number === number);
  }

  list(): readonly SnapshotSummary[] {
    return this.#summaries;
  }
}
