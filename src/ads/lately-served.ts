import { hash } from 'node:crypto';
import type { TypeName } from '../snapshot/resource.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';
import type { Held } from './subscription.ts';
import type { FramedResource } from './wire.ts';

/** About a quarter of an hour, when endpoints change ten times in a second. */
const mostVersions = 10_000;
/** How many of them may differ in what comes whole. */
const mostContents = 256;

/** Of these a response carries all there is, so that its version says what a client holds. */
type WholeType = 'clusters' | 'listeners';
type Content = Pick<ResourceSet, WholeType>;

/**
 * What whole responses of the last time carried, by their version. A client of state of the world that connects again says
 * no more than that of what it holds; and a first response without what is gone meanwhile would take clusters from it
 * to which its routes still lead. Versions are the same on every replica but for their number.
 *
 *     12-Zx81kQ0a             the snapshot with this hash
 *     12-Zx81kQ0a+p03Fh_2s    and some more that had their grace time
 */
export class LatelyServed {
  readonly #contents = new Map<string, Content>();
  readonly #kept = new Map<string, readonly FramedResource[]>();
  #newest: Content | undefined;
  #count = 0;

  publish(id: string, { clusters, listeners }: Content): void {
    const same = this.#newest?.clusters === clusters && this.#newest.listeners === listeners;
    const content = same && this.#newest !== undefined ? this.#newest : { clusters, listeners };
    if (!same) this.#count++;
    this.#newest = content;
    this.#contents.delete(hashIn(id));
    this.#contents.set(hashIn(id), content);
    this.#forgetOldest();
  }

  /** The version of a response that carries `kept` beside all that is in its snapshot. */
  versionWith(version: string, kept: readonly FramedResource[]): string {
    if (kept.length === 0) return version;
    const names = kept.map((each) => `${each.name} ${each.version}`).sort();
    const id = `${version}+${hash('sha256', names.join('\n'), 'base64url').slice(0, 8)}`;
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    if (this.#kept.size > mostContents) dropFirst(this.#kept);
    return id;
  }

  /** What a client holds of a type when that is the version of it; nothing where that is not known. */
  of(type: TypeName, version: string): ReadonlyMap<string, Held> {
    if (type !== 'clusters' && type !== 'listeners') return new Map();
    const content = this.#contents.get(hashIn(version));
    const all = [...(content?.[type].values() ?? []), ...(this.#kept.get(version) ?? [])];
    return new Map(all.map((resource) => [resource.name, resource]));
  }

  #forgetOldest(): void {
    for (const [id, content] of this.#contents) {
      if (this.#contents.size <= mostVersions && this.#count <= mostContents) return;
      this.#contents.delete(id);
      const [next] = this.#contents.values();
      if (next !== content) this.#count--;
    }
  }
}

function hashIn(version: string): string {
  return version.slice(version.indexOf('-') + 1).split('+', 1)[0] ?? '';
}

function dropFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
