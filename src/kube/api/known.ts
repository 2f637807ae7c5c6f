import type { KubeEvent } from '../event.ts';
import { objectKey } from '../event.ts';
import type { Kind } from '../objects.ts';
import { read, sourceOf, valueAt } from '../read.ts';

/** What a source has said about one kind, so that a list can be told as the difference to it. */
export class Known {
  readonly #kind: Kind;
  readonly #emit: (event: KubeEvent) => void;
  /** By key, the version last seen and whether the object was valid. */
  readonly #objects = new Map<string, { readonly version: unknown; readonly valid: boolean }>();

  constructor(kind: Kind, emit: (event: KubeEvent) => void) {
    this.#kind = kind;
    this.#emit = emit;
  }

  /** Takes an object as the API server shows it; returns its key. */
  put(raw: unknown): string {
    const { key, version } = this.#identity(raw);
    const former = this.#objects.get(key);
    // Lists and repeated events bring much that is known.
    if (former !== undefined && version !== undefined && former.version === version) return key;
    const reading = read(this.#kind, raw);
    this.#objects.set(key, { version, valid: reading.ok });
    if (reading.ok) {
      if (former?.valid === false) this.#emit({ type: 'problems', origin: this.#origin(key), problems: [] });
      this.#emit({ type: 'upsert', kind: this.#kind, key, object: reading.object });
      return key;
    }
    if (former?.valid === true) this.#emit({ type: 'delete', kind: this.#kind, key });
    this.#emit({ type: 'problems', origin: this.#origin(key), problems: reading.problems });
    return key;
  }

  delete(raw: unknown): void {
    this.#forget(this.#identity(raw).key);
  }

  /** After a whole list: what it did not have is gone. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of [...this.#objects.keys()]) if (!keys.has(key)) this.#forget(key);
  }

  #forget(key: string): void {
    const former = this.#objects.get(key);
    if (former === undefined) return;
    this.#objects.delete(key);
    if (former.valid) this.#emit({ type: 'delete', kind: this.#kind, key });
    else this.#emit({ type: 'problems', origin: this.#origin(key), problems: [] });
  }

  #origin(key: string): string {
    return `${this.#kind} ${key}`;
  }

  #identity(raw: unknown): { key: string; version: unknown } {
    const { namespace, name } = sourceOf(this.#kind, raw);
    return { key: objectKey(namespace, name), version: valueAt(raw, ['metadata', 'resourceVersion']) };
  }
}
