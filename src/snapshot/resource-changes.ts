import type { Changes, Table } from '../store/table.ts';
import type { Resource, TypeName } from './resource.ts';

/** Resources by type and name that a pass made, or (undefined) took away. */
export type ResourceChanges = ReadonlyMap<TypeName, ReadonlyMap<string, Resource | undefined>>;

/** Picks the changed resources out of what changed in a pass. The key of a row is the name of its resource. */
export function resourceChanges(
  tables: readonly { readonly type: TypeName; readonly table: Table<Resource> }[],
  changes: Changes,
): ResourceChanges {
  const found = new Map<TypeName, Map<string, Resource | undefined>>();
  for (const { type, table } of tables) {
    for (const name of changes.get(table) ?? []) {
      const ofType = found.get(type);
      if (ofType === undefined) found.set(type, new Map([[name, table.get(name)]]));
      else ofType.set(name, table.get(name));
    }
  }
  return found;
}
