import type { SnapshotSummary } from '../debug/view.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

const kept = 100;

/** The last snapshots of a fleet, the newest first. */
export class History {
  #summaries: readonly SnapshotSummary[] = [];

  add({ number, hash, cause, summary, time, changes }: Snapshot): void {
    const added = changes.filter(({ before }) => before === undefined).length;
    const removed = changes.filter(({ after }) => after === undefined).length;
    const entry = { number, hash, cause, summary, time, added, changed: changes.length - added - removed, removed };
    this.#summaries = [entry, ...this.#summaries.slice(0, kept - 1)];
  }

  list(): readonly SnapshotSummary[] {
    return this.#summaries;
  }
}
