import { createHash } from 'node:crypto';
import type { Resource } from './resource.ts';

/** Buckets in a group, and groups in a table. */
const width = 32;
type Bucket = ReadonlyMap<string, Resource>;
const emptyBucket: Bucket = new Map();

/** What a change of one name copies, besides its bucket, and looks at for the hash. */
interface Group {
  readonly buckets: readonly Bucket[];
  readonly hashes: readonly (string | undefined)[];
  /** Over `hashes`; undefined where all are. */
  readonly hash: string | undefined;
}

const emptyGroup: Group = {
  buckets: Array.from({ length: width }, () => emptyBucket),
  hashes: Array.from({ length: width }, () => undefined),
  hash: undefined,
};

/**
 * An immutable table of the resources of one type, by name. Tables that follow each other share all buckets
 * that did not change, so that keeping many snapshots costs what changed between them.
 */
export class ResourceTable {
  static readonly empty = new ResourceTable(
    Array.from({ length: width }, () => emptyGroup),
    0,
  );

  readonly #groups: readonly Group[];
  readonly size: number;
  #hash: string | undefined;
  /** The last answer of `namesChangedSince`; weak, or a table would keep all that were before it. */
  #changed: { readonly since: WeakRef<ResourceTable>; readonly names: readonly string[] } | undefined;

  private constructor(groups: readonly Group[], size: number) {
    this.#groups = groups;
    this.size = size;
  }

  get(name: string): Resource | undefined {
    const { group, bucket } = placeOf(name);
    return this.#groups[group]?.buckets[bucket]?.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *values(): IterableIterator<Resource> {
    for (const { buckets } of this.#groups) for (const bucket of buckets) yield* bucket.values();
  }

  *names(): IterableIterator<string> {
    for (const { buckets } of this.#groups) for (const bucket of buckets) yield* bucket.keys();
  }

  /** A table with these names replaced, or removed where the value is undefined. */
  with(changes: ReadonlyMap<string, Resource | undefined>): ResourceTable {
    if (changes.size === 0) return this;
    const byGroup = new Map<number, Map<number, Map<string, Resource>>>();
    let size = this.size;
    for (const [name, resource] of changes) {
      const { group, bucket } = placeOf(name);
      let inGroup = byGroup.get(group);
      if (inGroup === undefined) byGroup.set(group, (inGroup = new Map()));
      let resources = inGroup.get(bucket);
      if (resources === undefined) inGroup.set(bucket, (resources = new Map(this.#groups[group]?.buckets[bucket])));
      if (resources.has(name)) size--;
      if (resource === undefined) resources.delete(name);
      else {
        resources.set(name, resource);
        size++;
      }
    }
    const groups = [...this.#groups];
    for (const [index, buckets] of byGroup) groups[index] = groupWith(groups[index] ?? emptyGroup, buckets);
    return new ResourceTable(groups, size);
  }

  /** The names that were added, changed or removed between two tables. Costs little for tables that follow each other. */
  namesChangedSince(before: ResourceTable): readonly string[] {
    if (before === this) return [];
    // All streams of a fleet ask the same.
    if (this.#changed?.since.deref() === before) return this.#changed.names;
    const names = this.#groups.flatMap((group, index) => {
      const old = before.#groups[index] ?? emptyGroup;
      return old === group ? [] : namesBetweenGroups(old, group);
    });
    this.#changed = { since: new WeakRef(before), names };
    return names;
  }

  /** A hash over all names and versions: equal tables have equal hashes, whatever way they came about. */
  hash(): string {
    // Most tables are the same in the next snapshot, which asks again.
    this.#hash ??= hashOf(this.#groups.map(({ hash }) => hash));
    return this.#hash;
  }
}

function groupWith(before: Group, changed: ReadonlyMap<number, Bucket>): Group {
  const buckets = [...before.buckets];
  const hashes = [...before.hashes];
  for (const [index, bucket] of changed) {
    buckets[index] = bucket.size === 0 ? emptyBucket : bucket;
    hashes[index] = hashBucket(bucket);
  }
  return { buckets, hashes, hash: hashes.every((hash) => hash === undefined) ? undefined : hashOf(hashes) };
}

function namesBetweenGroups(before: Group, after: Group): readonly string[] {
  return after.buckets.flatMap((bucket, index) => {
    const old = before.buckets[index] ?? emptyBucket;
    return old === bucket ? [] : [...namesBetween(old, bucket)];
  });
}

/** Names of which one bucket has another resource than the other, or only one has any. */
function* namesBetween(before: Bucket, after: Bucket): IterableIterator<string> {
  for (const [name, resource] of after) if (before.get(name)?.version !== resource.version) yield name;
  for (const name of before.keys()) if (!after.has(name)) yield name;
}

/** FNV-1a over UTF-16 code units, folded to a place. */
function placeOf(name: string): { readonly group: number; readonly bucket: number } {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  const folded = hash ^ (hash >>> 16);
  return { group: (folded >>> 5) & (width - 1), bucket: folded & (width - 1) };
}

function hashBucket(bucket: Bucket): string | undefined {
  if (bucket.size === 0) return undefined;
  const lines = [...bucket.values()].map((resource) => `${resource.name} ${resource.version}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('base64url');
}

function hashOf(parts: readonly (string | undefined)[]): string {
  const lines = parts.map((part, index) => (part === undefined ? '' : `${index}:${part}\n`));
  return createHash('sha256').update(lines.join('')).digest('base64url').slice(0, 22);
}
