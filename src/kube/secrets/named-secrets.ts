import type { KubeEvent, ObjectKey } from '../event.ts';
import { kinds } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';

/** Which Secrets are named by any object; the rows of the kinds say where. */
export class NamedSecrets {
  /** By kind and key of the object that names. */
  readonly #byObject = new Map<string, readonly ObjectKey[]>();
  readonly #counts = new Map<ObjectKey, number>();
  readonly #onChange: (key: ObjectKey, named: boolean) => void;

  /** `always`: named whatever objects say. */
  constructor(always: readonly ObjectKey[], onChange: (key: ObjectKey, named: boolean) => void) {
    for (const key of always) this.#counts.set(key, 1);
    this.#onChange = onChange;
  }

  has(key: ObjectKey): boolean {
    return this.#counts.has(key);
  }

  keys(): Iterable<ObjectKey> {
    return this.#counts.keys();
  }

  heard(event: KubeEvent): void {
    if (event.type !== 'upsert' && event.type !== 'delete') return;
    const id = `${event.kind} ${event.key}`;
    const before = this.#byObject.get(id) ?? [];
    const after = event.type === 'upsert' ? secretsNamedBy(event.object) : [];
    if (after.length === 0) this.#byObject.delete(id);
    else this.#byObject.set(id, after);
    // In this order, so that what stays is not let go in between.
    for (const key of after) this.#count(key, 1);
    for (const key of before) this.#count(key, -1);
  }

  #count(key: ObjectKey, step: 1 | -1): void {
    const before = this.#counts.get(key) ?? 0;
    const count = before + step;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
    if (before === 0 || count === 0) this.#onChange(key, count > 0);
  }
}

function secretsNamedBy(object: KubeObject): readonly ObjectKey[] {
  const row = kinds[object.kind] as { readonly secretsNamed?: (named: KubeObject) => readonly ObjectKey[] };
  return row.secretsNamed?.(object) ?? [];
}
