import type { Key } from '../store/table.ts';
import { type Quarantined, quarantineKey } from '../xds/quarantine/quarantine.ts';
import type { Assembly } from './assembly.ts';

/** Writes rows of the quarantine, and gathers which and why until the pass that follows from it. */
export class QuarantineChanges {
  readonly #quarantine: Assembly['quarantine'];
  readonly #changed = new Set<Key>();
  readonly #causes: string[] = [];

  constructor(quarantine: Assembly['quarantine']) {
    this.#quarantine = quarantine;
  }

  set(row: Quarantined): void {
    this.#put(row, row);
  }

  remove(row: Quarantined): void {
    this.#put(row, undefined);
  }

  because(cause: string): void {
    this.#causes.push(cause);
  }

  /** What has changed since this was asked last, and why. */
  take(): { readonly keys: ReadonlySet<Key>; readonly cause: string } | undefined {
    if (this.#changed.size === 0) return undefined;
    const taken = { keys: new Set(this.#changed), cause: [...new Set(this.#causes)].join('; ') };
    this.#changed.clear();
    this.#causes.length = 0;
    return taken;
  }

  #put({ what, name }: Quarantined, row: Quarantined | undefined): void {
    const key = quarantineKey(what, name);
    this.#quarantine.set(key, row);
    this.#changed.add(key);
  }
}
