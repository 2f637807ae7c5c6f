import { hash } from 'node:crypto';
import { ResourceTable } from '../snapshot/resource-table.ts';
import type { TypeName } from '../snapshot/resource.ts';
import type { ResourceSet } from '../snapshot/snapshot.ts';
import { versionOf } from './response.ts';
import type { Held } from './subscription.ts';
import type { View } from './view.ts';
import type { FramedResource } from './wire.ts';

/** How many contents of each type are remembered. They share what is the same in them. */
const mostContents = 256;

const types = ['clusters', 'listeners'] as const;
/** Of these a response carries all there is, and what is not in it is gone. */
type WholeType = (typeof types)[number];

/**
 * What whole responses of the last time carried, by their version. A client of state of the world that connects again says
 * no more than that of what it holds; and a first response without what is gone meanwhile would take clusters from it
 * to which its routes still lead. The version tells the content of its type, whatever else was in the snapshot: replicas gather
 * changes in ways of their own, and have few whole snapshots in common.
 *
 *     12-Zx81kQ0a.f3kB0_aQ             of the snapshot with this number and hash; all of the type, with this hash
 *     12-Zx81kQ0a.f3kB0_aQ+p03Fh_2s    and some more that had their grace time
 */
export class LatelyServed {
  readonly #tables: Readonly<Record<WholeType, Map<string, ResourceTable>>> = { clusters: new Map(), listeners: new Map() };
  readonly #kept = new Map<string, readonly FramedResource[]>();

  publish(resources: Pick<ResourceSet, WholeType>): void {
    for (const type of types) remember(this.#tables[type], contentOf(resources[type]), resources[type]);
  }

  /** The version of a response that carries `kept` beside all that is in its snapshot. */
  versionOf(type: TypeName, view: View, kept: readonly FramedResource[]): string {
    const table = view.resources[type];
    if (!isWhole(type) || !(table instanceof ResourceTable)) return versionOf(view);
    const version = `${versionOf(view)}.${contentOf(table)}`;
    if (kept.length === 0) return version;
    const names = kept.map((each) => `${each.name} ${each.version}`).sort();
    const id = `${version}+${hash('sha256', names.join('\n'), 'base64url').slice(0, 8)}`;
    remember(this.#kept, id, kept);
    return id;
  }

  /** What a client holds of a type when that is the version of it; nothing where that is not known. */
  of(type: TypeName, version: string): ReadonlyMap<string, Held> {
    if (!isWhole(type)) return new Map();
    const [, content = ''] = /\.([^+]*)/.exec(version) ?? [];
    const all = [...(this.#tables[type].get(content)?.values() ?? []), ...(this.#kept.get(version) ?? [])];
    return new Map(all.map((resource) => [resource.name, resource]));
  }
}

function isWhole(type: TypeName): type is WholeType {
  return type === 'clusters' || type === 'listeners';
}

function contentOf(table: ResourceTable): string {
  return table.hash().slice(0, 8);
}

/** The oldest is forgotten. */
function remember<T>(all: Map<string, T>, id: string, one: T): void {
  all.delete(id);
  all.set(id, one);
  for (const oldest of all.keys()) {
    if (all.size > mostContents) all.delete(oldest);
    return;
  }
}
