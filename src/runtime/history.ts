import type { ChangeCounts, SnapshotRollout, SnapshotSummary } from '../debug/view.ts';
import type { TypeName } from '../snapshot/resource.ts';
import type { Change, Snapshot } from '../snapshot/snapshot.ts';
import type { PassTiming } from './assembly.ts';

const kept = 100;
/** Of so many the resources are kept whatever they weigh. */
const leastWhole = 2;
const usualBudget = 64 * 2 ** 20;

/** A snapshot with its resources. What did not change since is shared with the next one. */
interface Whole {
  readonly snapshot: Snapshot;
  /** Bytes of what the next one replaced or removed: they are kept for this one alone. */
  own: number;
}

/** The last snapshots of a fleet, the newest first. */
export class History {
  readonly #budget: number;
  readonly #rolloutOf: (number: number) => SnapshotRollout | undefined;
  #summaries: readonly SnapshotSummary[] = [];
  #whole: readonly Whole[] = [];

  /** `budget`: how many bytes of resources are kept that no longer are in the newest snapshot. */
  constructor({ budget = usualBudget, rolloutOf = () => undefined }: HistoryOptions = {}) {
    this.#budget = budget;
    this.#rolloutOf = rolloutOf;
  }

  add(snapshot: Snapshot, timing?: PassTiming): void {
    const { number, hash, cause, objects = [], objectCount = 0, summary, time, changes } = snapshot;
    this.#keepWhole(snapshot);
    const times = timing && { gatheredMs: timing.start - timing.since, builtMs: timing.end - timing.start };
    const types = countByType(changes);
    const entry = { number, hash, cause, objects, objectCount, summary, time, types, ...times, ...countChanges(changes) };
    this.#summaries = [entry, ...this.#summaries.slice(0, kept - 1)];
  }

  /** Undefined for one that is too old, or never was. */
  find(number: number): Snapshot | undefined {
    return this.#whole.find(({ snapshot }) => snapshot.number === number)?.snapshot;
  }

  list(): readonly SnapshotSummary[] {
    return this.#summaries.map((entry) => {
      const rollout = this.#rolloutOf(entry.number);
      return rollout === undefined ? entry : { ...entry, rollout };
    });
  }

  #keepWhole(snapshot: Snapshot): void {
    const [newest] = this.#whole;
    if (newest !== undefined) newest.own = snapshot.changes.reduce((sum, { before }) => sum + (before?.bytes.length ?? 0), 0);
    let sum = 0;
    this.#whole = [{ snapshot, own: 0 }, ...this.#whole.slice(0, kept - 1)].filter(
      ({ own }, index) => (sum += own) <= this.#budget || index < leastWhole,
    );
  }
}

export interface HistoryOptions {
  readonly budget?: number;
  readonly rolloutOf?: (number: number) => SnapshotRollout | undefined;
}

function countByType(changes: readonly Change[]): Readonly<Partial<Record<TypeName, ChangeCounts>>> {
  const types = new Set(changes.map(({ type }) => type));
  return Object.fromEntries([...types].map((type) => [type, countChanges(changes.filter((one) => one.type === type))]));
}

function countChanges(changes: readonly Change[]): ChangeCounts {
  const added = changes.filter(({ before }) => before === undefined).length;
  const removed = changes.filter(({ after }) => after === undefined).length;
  return { added, changed: changes.length - added - removed, removed };
}
