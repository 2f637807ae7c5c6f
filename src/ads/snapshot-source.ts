import type { Snapshot } from '../snapshot/snapshot.ts';
import type { SnapshotListener } from './fleet.ts';
import type { LatelyServed } from './lately-served.ts';

/** Where a stream gets its snapshots from: a fleet, or whatever behaves like one. */
export interface SnapshotSource {
  readonly name: string;
  readonly current: Snapshot | undefined;
  /** What a client may still hold that connects again. */
  readonly lately?: LatelyServed;
  join(listener: SnapshotListener): void;
  leave(listener: SnapshotListener): void;
  /** When a snapshot was published, on the clock of `performance.now()`; undefined when that is long ago. */
  publishedAt(number: number): number | undefined;
}
