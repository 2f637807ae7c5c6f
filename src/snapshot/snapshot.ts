import { ResourceTable } from './resource-table.ts';
import { byType, type Resource, typeNames, type TypeName } from './resource.ts';

/** All resources of one moment, by type and name. Immutable. */
export type ResourceSet = Readonly<Record<TypeName, ResourceTable>>;

export const emptyResourceSet: ResourceSet = byType(() => ResourceTable.empty);

/** One resource that differs from the snapshot before: added (no `before`), removed (no `after`) or changed. */
export interface Change {
  readonly type: TypeName;
  readonly name: string;
  readonly before?: Resource;
  readonly after?: Resource;
}

/** What differs between any two sets of resources, by type and name. */
export function changesBetween(before: ResourceSet, after: ResourceSet): readonly Change[] {
  return typeNames.flatMap((type) =>
    after[type]
      .namesChangedSince(before[type])
      .toSorted()
      .map((name): Change => {
        const [old, now] = [before[type].get(name), after[type].get(name)];
        return { type, name, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) };
      }),
  );
}

/** An object whose change, or refusal by an Envoy, led to a snapshot. */
export interface CausingObject {
  readonly kind: string;
  /** Empty for kinds without a namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly verb: 'added' | 'changed' | 'deleted' | 'refused';
  /** The program that wrote it last, where the API server says it; of one that was deleted nobody knows. Of one that was refused the Envoy. */
  readonly by?: string;
  /** When it did, milliseconds since the epoch. */
  readonly at?: number;
}

/** What a fleet of Envoys should run: consistent (every name that is referenced exists), numbered, with its cause. */
export interface Snapshot {
  readonly fleet: string;
  /** Counts up by one from 1 within this process. */
  readonly number: number;
  /** Over all names and versions: equal resources give equal hashes on every replica. */
  readonly hash: string;
  /** What made it, such as `Ingress shop/web changed`. */
  readonly cause: string;
  /** The objects whose changes these were, the first of many; absent where none was. */
  readonly objects?: readonly CausingObject[];
  /** How many there were. */
  readonly objectCount?: number;
  /** What differs from the one before, such as `~host shop.example.com, +cluster shop/web/80`. */
  readonly summary: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly resources: ResourceSet;
  /** Against the snapshot with the number before. */
  readonly changes: readonly Change[];
  /** Kept from an earlier process, and served until there is a real one; only to Envoys that have no configuration. */
  readonly standIn?: true;
  /** An Envoy that asks for other types than these waits for the next snapshot; absent: it is about all. */
  readonly only?: readonly TypeName[];
}

/** Whether a snapshot says anything of a type. */
export function tells({ only }: Pick<Snapshot, 'only'>, type: TypeName): boolean {
  return only === undefined || only.includes(type);
}
