import type { KubeEvent } from '../event.ts';
import { type ObjectKey, objectKey } from '../event.ts';
import { lastWriteOf } from '../last-write.ts';
import type { Follower } from '../collection.ts';
import type { AnyKindRow } from '../kinds/kind.ts';
import { readAs, sourceAs, valueAt } from '../read.ts';

/** What a source has said about one kind, so that a list can be told as the difference to it. */
export class Known implements Follower {
  readonly #row: AnyKindRow;
  readonly #emit: (event: KubeEvent) => void;
  /** By key, the version last seen and whether the object was valid. */
  readonly #objects = new Map<ObjectKey, { readonly version: unknown; readonly valid: boolean }>();
  #synced = false;

  constructor(row: AnyKindRow, emit: (event: KubeEvent) => void) {
    this.#row = row;
    this.#emit = emit;
  }

  put(raw: unknown): ObjectKey {
    const { key, version } = this.#identity(raw);
    const former = this.#objects.get(key);
    // Lists and repeated events bring much that is known.
    if (former !== undefined && version !== undefined && former.version === version) return key;
    const reading = readAs(this.#row, raw);
    this.#objects.set(key, { version, valid: reading.ok });
    if (reading.ok) {
      if (former?.valid === false) this.#emit({ type: 'problems', origin: this.#origin(key), problems: [] });
      const by = lastWriteOf(raw);
      this.#emit({ type: 'upsert', kind: this.#row.kind, key, object: reading.object, ...(by === undefined ? {} : { by }) });
      return key;
    }
    if (former?.valid === true) this.#emit({ type: 'delete', kind: this.#row.kind, key });
    this.#emit({ type: 'problems', origin: this.#origin(key), problems: reading.problems });
    return key;
  }

  delete(raw: unknown): void {
    this.forget(this.#identity(raw).key);
  }

  keepOnly(keys: ReadonlySet<ObjectKey>): void {
    for (const key of [...this.#objects.keys()]) if (!keys.has(key)) this.forget(key);
  }

  listed(): void {
    if (!this.#synced) this.#emit({ type: 'synced', kind: this.#row.kind });
    this.#synced = true;
  }

  /** Whether this very version of an object is known. */
  has(key: ObjectKey, version: unknown): boolean {
    return version !== undefined && this.#objects.get(key)?.version === version;
  }

  keys(): Iterable<ObjectKey> {
    return this.#objects.keys();
  }

  forget(key: ObjectKey): void {
    const former = this.#objects.get(key);
    if (former === undefined) return;
    this.#objects.delete(key);
    if (former.valid) this.#emit({ type: 'delete', kind: this.#row.kind, key });
    else this.#emit({ type: 'problems', origin: this.#origin(key), problems: [] });
  }

  #origin(key: ObjectKey): string {
    return `${this.#row.kind} ${key}`;
  }

  #identity(raw: unknown): { readonly key: ObjectKey; readonly version: unknown } {
    const { namespace, name } = sourceAs(this.#row, raw);
    return { key: objectKey(namespace, name), version: valueAt(raw, ['metadata', 'resourceVersion']) };
  }
}
