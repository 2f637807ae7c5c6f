import { createHash } from 'node:crypto';
import { ReferenceCounts } from './references.ts';
import { type Reference, typeNames } from './resource.ts';
import type { ResourceChanges } from './resource-changes.ts';
import { type CausingObject, type Change, emptyResourceSet, type ResourceSet, type Snapshot } from './snapshot.ts';

/** What is said of a snapshot. */
export interface About {
  readonly cause: string;
  readonly objects?: readonly CausingObject[];
  readonly objectCount?: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly summarise: (changes: readonly Change[]) => string;
}

/** The snapshots of one fleet, each made from the one before and what a pass changed. */
export class Snapshots {
  readonly fleet: string;
  readonly #references = new ReferenceCounts();
  #current: Snapshot | undefined;
  /** The number of the newest snapshot, or one that must not be used any more. */
  #number = 0;
  /** What a refused pass wanted: the tables have moved on, so the next pass would not say it again. */
  #held: ResourceChanges = new Map();

  constructor(fleet: string) {
    this.fleet = fleet;
  }

  get current(): Snapshot | undefined {
    return this.#current;
  }

  /**
   * Counts on from a snapshot that was made elsewhere. A number in between stays free, because it is not the one that the
   * changes of the next snapshot are against: so every stream compares the whole.
   */
  countOnFrom(number: number): void {
    this.#number = Math.max(this.#number, number + 1);
  }

  readersOf(resource: Reference): readonly Reference[] {
    return this.#references.readersOf(resource);
  }

  /**
   * The next snapshot, or undefined when nothing differs from the current one.
   *
   * @throws Error when a reference would dangle, which is a bug of the pass; the current snapshot stays what it was,
   * and the changes are tried again together with the next ones.
   */
  next(changed: ResourceChanges, { summarise, ...about }: About): Snapshot | undefined {
    const before = this.#current?.resources ?? emptyResourceSet;
    const wanted = join(this.#held, changed);
    const changes = listChanges(before, wanted);
    if (changes.length === 0 && this.#current !== undefined) return undefined;
    const resources = applyChanges(before, changes);
    const dangling = this.#references.apply(changes, resources);
    if (dangling.length > 0) {
      this.#references.apply(changes.map(reversed), before);
      this.#held = wanted;
      const names = dangling.slice(0, 5).map(({ from, to }) => `${from.type} ${from.name} names ${to.type} ${to.name}`);
      throw new Error(`inconsistent snapshot: ${names.join('; ')}`);
    }
    this.#held = new Map();
    const number = ++this.#number;
    this.#current = { fleet: this.fleet, number, hash: hashOf(resources), ...about, summary: summarise(changes), resources, changes };
    return this.#current;
  }
}

/** Resources that can be told before the first snapshot is made, whose changes these are. */
export function headStartOf(fleet: string, changed: ResourceChanges): Snapshot {
  const resources = applyChanges(emptyResourceSet, listChanges(emptyResourceSet, changed));
  const only = [...changed.keys()];
  return { fleet, number: 0, hash: '', cause: 'start', summary: '', time: 0, resources, changes: [], standIn: true, only };
}

function join(earlier: ResourceChanges, later: ResourceChanges): ResourceChanges {
  if (earlier.size === 0) return later;
  return new Map(typeNames.map((type) => [type, new Map([...(earlier.get(type) ?? []), ...(later.get(type) ?? [])])]));
}

function listChanges(before: ResourceSet, changed: ResourceChanges): Change[] {
  const changes: Change[] = [];
  for (const [type, byName] of changed) {
    for (const [name, after] of byName) {
      const old = before[type].get(name);
      if (old?.version === after?.version) continue;
      changes.push({ type, name, ...(old === undefined ? {} : { before: old }), ...(after === undefined ? {} : { after }) });
    }
  }
  return changes;
}

function applyChanges(before: ResourceSet, changes: readonly Change[]): ResourceSet {
  const after = { ...before };
  for (const type of typeNames) {
    const ofType = changes.filter((change) => change.type === type);
    after[type] = before[type].with(new Map(ofType.map((change) => [change.name, change.after])));
  }
  return after;
}

function reversed({ type, name, before, after }: Change): Change {
  return { type, name, ...(after === undefined ? {} : { before: after }), ...(before === undefined ? {} : { after: before }) };
}

/** Over all names and versions. */
export function hashOf(resources: ResourceSet): string {
  const hash = createHash('sha256');
  for (const type of typeNames) hash.update(`${type} ${resources[type].hash()}\n`);
  return hash.digest('base64url').slice(0, 22);
}
