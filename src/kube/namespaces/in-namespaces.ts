import type { Follower } from '../collection.ts';
import { type ObjectKey, objectKey } from '../event.ts';
import type { AnyKindRow } from '../kinds/kind.ts';
import { sourceAs } from '../read.ts';

/** What can also be asked for its keys, and told to forget one. */
export interface Holder extends Follower {
  keys(): Iterable<ObjectKey>;
  forget(key: ObjectKey): void;
}

export interface InNamespacesOptions {
  readonly row: AnyKindRow;
  readonly holder: Holder;
  readonly selected: (namespace: string) => boolean;
  /** Held wherever they are. */
  readonly always: ReadonlySet<ObjectKey>;
}

/** Lets only the objects of some namespaces through. Of the others nothing is kept, not even that they exist. */
export class InNamespaces implements Follower {
  readonly #options: InNamespacesOptions;

  constructor(options: InNamespacesOptions) {
    this.#options = options;
  }

  put(raw: unknown): ObjectKey {
    const { row, holder, selected, always } = this.#options;
    const { namespace, name } = sourceAs(row, raw);
    const key = objectKey(namespace, name);
    if (selected(namespace) || always.has(key)) return holder.put(raw);
    return key;
  }

  delete(raw: unknown): void {
    this.#options.holder.delete(raw);
  }

  keepOnly(keys: ReadonlySet<ObjectKey>): void {
    this.#options.holder.keepOnly(keys);
  }

  listed(): void {
    this.#options.holder.listed();
  }

  /** A namespace is selected no more. */
  leave(namespace: string): void {
    const { holder, always } = this.#options;
    for (const key of [...holder.keys()]) if (key.startsWith(`${namespace}/`) && !always.has(key)) holder.forget(key);
  }
}
