import { createHash } from 'node:crypto';
import type { Resource } from './resource.ts';

const bucketCount = 256;
type Bucket = ReadonlyMap<string, Resource>;
const emptyBucket: Bucket = new Map();

/**
 * An immutable table of the resources of one type, by name. Tables that follow each other share all buckets
 * that did not change, so that keeping many snapshots costs what changed between them.
 */
export class ResourceTable {
  static readonly empty = new ResourceTable(
    Array.from({ length: bucketCount }, () => emptyBucket),
    [],
    0,
  );

  readonly #buckets: readonly Bucket[];
  readonly #hashes: readonly (string | undefined)[];
  readonly size: number;
  #hash: string | undefined;
  /** The last answer of `namesChangedSince`; weak, or a table would keep all that were before it. */
  #changed: { readonly since: WeakRef<ResourceTable>; readonly names: readonly string[] } | undefined;

  private constructor(buckets: readonly Bucket[], hashes: readonly (string | undefined)[], size: number) {
    this.#buckets = buckets;
    this.#hashes = hashes;
    this.size = size;
  }

  get(name: string): Resource | undefined {
    return this.#buckets[bucketOf(name)]?.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *values(): IterableIterator<Resource> {
    for (const bucket of this.#buckets) yield* bucket.values();
  }

  *names(): IterableIterator<string> {
    for (const bucket of this.#buckets) yield* bucket.keys();
  }

  /** A table with these names replaced, or removed where the value is undefined. */
  with(changes: ReadonlyMap<string, Resource | undefined>): ResourceTable {
    if (changes.size === 0) return this;
    const buckets = [...this.#buckets];
    const hashes = [...this.#hashes];
    const touched = new Map<number, Map<string, Resource>>();
    let size = this.size;
    for (const [name, resource] of changes) {
      const index = bucketOf(name);
      let bucket = touched.get(index);
      if (bucket === undefined) touched.set(index, (bucket = new Map(buckets[index])));
      if (bucket.has(name)) size--;
      if (resource === undefined) bucket.delete(name);
      else {
        bucket.set(name, resource);
        size++;
      }
    }
    for (const [index, bucket] of touched) {
      buckets[index] = bucket;
      hashes[index] = hashBucket(bucket);
    }
    return new ResourceTable(buckets, hashes, size);
  }

  /** The names that were added, changed or removed between two tables. Costs little for tables that follow each other. */
  namesChangedSince(before: ResourceTable): readonly string[] {
    if (before === this) return [];
    // All streams of a fleet ask the same.
    if (this.#changed?.since.deref() === before) return this.#changed.names;
    const names = this.#buckets.flatMap((bucket, index) => {
      const old = before.#buckets[index] ?? emptyBucket;
      return old === bucket ? [] : [...namesBetween(old, bucket)];
    });
    this.#changed = { since: new WeakRef(before), names };
    return names;
  }

  /** A hash over all names and versions: equal tables have equal hashes, whatever way they came about. */
  hash(): string {
    // Most tables are the same in the next snapshot, which asks again.
    this.#hash ??= hashOf(this.#hashes);
    return this.#hash;
  }
}

/** Names of which one bucket has another resource than the other, or only one has any. */
function* namesBetween(before: Bucket, after: Bucket): IterableIterator<string> {
  for (const [name, resource] of after) if (before.get(name)?.version !== resource.version) yield name;
  for (const name of before.keys()) if (!after.has(name)) yield name;
}

/** FNV-1a over UTF-16 code units, folded to a bucket. */
function bucketOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 16)) & (bucketCount - 1);
}

function hashBucket(bucket: Bucket): string | undefined {
  if (bucket.size === 0) return undefined;
  const lines = [...bucket.values()].map((resource) => `${resource.name} ${resource.version}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('base64url');
}

function hashOf(buckets: readonly (string | undefined)[]): string {
  const hash = createHash('sha256');
  buckets.forEach((bucket, index) => {
    if (bucket !== undefined) hash.update(`${index}:${bucket}\n`);
  });
  return hash.digest('base64url').slice(0, 22);
}
