import type { Changes, FollowingTable, Key, Table } from './table.ts';

/**
 * Refreshes following tables in the order in which they are declared; a table may read only sources and tables
 * declared before it. Returns what changed in sources and tables together.
 */
export function runPass(tables: readonly FollowingTable<unknown>[], sources: Changes): Changes {
  const changes = new Map<Table<unknown>, ReadonlySet<Key>>(sources);
  for (const table of tables) {
    const changed = table.refresh(changes);
    if (changed.size > 0) changes.set(table, changed);
  }
  return changes;
}
