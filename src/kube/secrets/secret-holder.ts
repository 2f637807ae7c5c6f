import type { Known } from '../api/known.ts';
import type { ObjectKey } from '../event.ts';
import { objectKey } from '../event.ts';
import { kinds } from '../kinds.ts';
import type { Holder } from '../namespaces/in-namespaces.ts';
import { sourceOf, valueAt } from '../read.ts';
import type { NamedSecrets } from './named-secrets.ts';
import type { SecretReading } from './reading.ts';

/**
 * How Secrets are read: `watch` all of them; only the `metadata` of all, and by name those that are used; or nothing
 * but those that are used, by name (`get`), again and again.
 */
export type SecretAccess = 'watch' | 'metadata' | 'get';

export interface SecretHolderOptions {
  readonly access: SecretAccess;
  /** What is held. */
  readonly known: Known;
  readonly named: NamedSecrets;
  readonly reading: SecretReading;
  /** Whether a watch tells of it; else it is asked for again and again. */
  readonly isWatched: (key: ObjectKey) => boolean;
  /** How often. */
  readonly everyMs: number;
}

/** Holds the Secrets that are used, by their type or because an object names them, and of the others only that they exist. */
export class SecretHolder implements Holder {
  readonly #options: SecretHolderOptions;
  /** There, and not held. */
  readonly #left = new Set<ObjectKey>();
  /** Held for no other reason than that they are named. */
  readonly #loose = new Set<ObjectKey>();
  /** Asked for, and not answered yet. */
  readonly #open = new Set<ObjectKey>();
  /** All that can name Secrets is known. */
  #allNamed = false;
  #listed: boolean;
  #settled = false;

  constructor(options: SecretHolderOptions) {
    this.#options = options;
    this.#listed = options.access === 'get';
  }

  put(raw: unknown): ObjectKey {
    const { access, known, named } = this.#options;
    const { namespace, name } = sourceOf('Secret', raw);
    const key = objectKey(namespace, name);
    if (access === 'metadata') {
      if (!this.#loose.has(key)) this.#left.add(key);
      if (named.has(key) && !known.has(key, valueAt(raw, ['metadata', 'resourceVersion']))) this.#ask(key);
      return key;
    }
    const used = kinds.Secret.usedTypes?.includes(String(valueAt(raw, ['type']))) === true;
    // Until it is known what is named, everything may be.
    if (!used && this.#settled && !named.has(key)) {
      this.#letGo(key);
      return key;
    }
    this.#left.delete(key);
    if (used) this.#loose.delete(key);
    else this.#loose.add(key);
    return known.put(raw);
  }

  delete(raw: unknown): void {
    const { namespace, name } = sourceOf('Secret', raw);
    this.forget(objectKey(namespace, name));
  }

  forget(key: ObjectKey): void {
    this.#left.delete(key);
    this.#loose.delete(key);
    this.#options.reading.drop(key);
    this.#options.known.forget(key);
    this.#close(key);
  }

  keepOnly(keys: ReadonlySet<ObjectKey>): void {
    const { isWatched } = this.#options;
    for (const key of [...this.keys()]) if (!keys.has(key) && isWatched(key)) this.forget(key);
  }

  *keys(): Iterable<ObjectKey> {
    yield* this.#options.known.keys();
    yield* this.#left;
  }

  listed(): void {
    this.#listed = true;
    this.#settle();
  }

  /** All kinds that name Secrets have been listed. */
  allNamed(): void {
    this.#allNamed = true;
    this.#settle();
  }

  /** An object names it, or none does any more. */
  changed(key: ObjectKey, isNamed: boolean): void {
    const { isWatched } = this.#options;
    if (isNamed && (!isWatched(key) || this.#left.has(key))) this.#ask(key);
    if (isNamed) return;
    this.#options.reading.drop(key);
    this.#close(key);
    if (!isWatched(key)) this.forget(key);
    else if (this.#settled && this.#loose.has(key)) this.#letGo(key);
  }

  /** What it is, or that there is none. */
  answered(key: ObjectKey, raw: unknown): void {
    const { known, named } = this.#options;
    if (raw === undefined) known.forget(key);
    else if (named.has(key)) {
      this.#left.delete(key);
      this.#loose.add(key);
      known.put(raw);
    }
    this.#close(key);
  }

  /** It may not be read: nobody waits for it. */
  refused(key: ObjectKey): void {
    this.#close(key);
  }

  #ask(key: ObjectKey): void {
    const { isWatched, everyMs, reading } = this.#options;
    this.#open.add(key);
    reading.ask(key, isWatched(key) ? undefined : everyMs);
  }

  #letGo(key: ObjectKey): void {
    this.#loose.delete(key);
    this.#left.add(key);
    this.#options.known.forget(key);
  }

  #close(key: ObjectKey): void {
    if (this.#open.delete(key)) this.#settle();
  }

  #settle(): void {
    if (this.#settled || !this.#listed || !this.#allNamed || this.#open.size > 0) return;
    this.#settled = true;
    const { known, named } = this.#options;
    for (const key of [...this.#loose]) if (!named.has(key)) this.#letGo(key);
    known.listed();
  }
}
