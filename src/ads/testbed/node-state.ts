import { createHash } from 'node:crypto';
import { typeNames, typeUrls, type Resource, type TypeName } from '../../snapshot/resource.ts';
import { emptyResourceSet, type Change, type ResourceSet, type Snapshot } from '../../snapshot/snapshot.ts';
import type { SnapshotListener } from '../fleet.ts';
import type { SnapshotSource } from '../snapshot-source.ts';
import type { Variant } from '../variant.ts';
import { changed, named } from './resource-content.ts';

/** A resource as a suite gives it. */
export interface GivenResource {
  readonly type: TypeName;
  readonly name: string;
  readonly bytes: Buffer;
}

/** What one node is served: whatever a suite says, without a look at whether it makes sense. */
export class NodeState implements SnapshotSource {
  readonly name: string;
  readonly #listeners = new Set<SnapshotListener>();
  readonly #versions = new Map<TypeName, string>();
  #current: Snapshot | undefined;
  #number = 0;
  #changes = 0;

  constructor(node: string) {
    this.name = node;
  }

  /** Undefined as long as the node has no state: its streams wait. */
  get current(): Snapshot | undefined {
    return this.#current;
  }

  /** These resources and no others. */
  set(version: string, given: readonly GivenResource[]): void {
    const before = this.#current?.resources ?? emptyResourceSet;
    const wanted = new Map(typeNames.map((type) => [type, new Map<string, Resource>()]));
    for (const each of given) wanted.get(each.type)?.set(each.name, this.#resource(each));
    const changes: Change[] = [];
    for (const [type, resources] of wanted) {
      for (const name of before[type].names()) if (!resources.has(name)) changes.push(this.#change(type, name, undefined));
      for (const [name, resource] of resources) changes.push(this.#change(type, name, resource));
    }
    this.#publish(version, changes);
  }

  /** The node has no state any more. Its streams are not told; the next state is compared with what they hold. */
  clear(): void {
    this.#current = undefined;
    this.#versions.clear();
    // Streams take a gap in the numbers as a reason to compare everything.
    this.#number++;
  }

  /** Changes a little thing about a resource; false when there is none of that name. */
  update(version: string, type: TypeName, name: string): boolean {
    const before = this.#current?.resources[type].get(name);
    if (before === undefined) return false;
    this.#changes++;
    const bytes = changed(type, before.bytes, this.#changes);
    this.#publish(version, [this.#change(type, name, this.#resource({ type, name, bytes }))]);
    return true;
  }

  /** Adds a resource that is nothing but a name. */
  add(version: string, type: TypeName, name: string): void {
    this.#changes++;
    const added = this.#resource({ type, name, bytes: named(type, name) });
    const isThere = this.#current?.resources[type].get(name) === added;
    // In the state of the world a client cannot know that a resource was gone meanwhile, and a suite wants to see it come.
    const resource = isThere ? added : { ...added, version: `${added.version}-${this.#changes}` };
    this.#publish(version, [this.#change(type, name, resource)]);
  }

  /** False when there is none of that name. */
  remove(version: string, type: TypeName, name: string): boolean {
    if (this.#current?.resources[type].has(name) !== true) return false;
    this.#publish(version, [this.#change(type, name, undefined)]);
    return true;
  }

  join(listener: SnapshotListener): void {
    this.#listeners.add(listener);
  }

  leave(listener: SnapshotListener): void {
    this.#listeners.delete(listener);
  }

  publishedAt(): undefined {
    return undefined;
  }

  /** The variant as a plain suite expects it: its own version strings, and nothing sent again that it refused. */
  variant(variant: Variant): Variant {
    return {
      ...variant,
      retriesAlone: () => false,
      frame: (content) => variant.frame({ ...content, version: this.#versionOf(content.typeUrl) }),
    };
  }

  #versionOf(typeUrl: string): string {
    const type = typeNames.find((each) => typeUrls[each] === typeUrl);
    return (type === undefined ? undefined : this.#versions.get(type)) ?? '';
  }

  #resource({ type, name, bytes }: GivenResource): Resource {
    const before = this.#current?.resources[type].get(name);
    if (before?.bytes.equals(bytes) === true) return before;
    const version = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
    return { type, name, version, bytes, references: [], sources: [] };
  }

  #change(type: TypeName, name: string, after: Resource | undefined): Change {
    const before = this.#current?.resources[type].get(name);
    return { type, name, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  }

  #publish(version: string, wanted: readonly Change[]): void {
    const changes = wanted.filter(({ before, after }) => before?.version !== after?.version);
    const resources = { ...(this.#current?.resources ?? emptyResourceSet) };
    for (const type of typeNames) {
      const ofType = changes.filter((change) => change.type === type);
      if (ofType.length > 0 || !this.#versions.has(type)) this.#versions.set(type, version || (this.#versions.get(type) ?? ''));
      resources[type] = resources[type].with(new Map(ofType.map(({ name, after }) => [name, after])));
    }
    if (changes.length === 0 && this.#current !== undefined) return;
    this.#number++;
    const snapshot = this.#snapshot(resources, changes);
    this.#current = snapshot;
    for (const listener of this.#listeners) listener.publish(snapshot);
  }

  #snapshot(resources: ResourceSet, changes: readonly Change[]): Snapshot {
    return { fleet: this.name, number: this.#number, hash: '', cause: 'test suite', summary: '', time: Date.now(), resources, changes };
  }
}
