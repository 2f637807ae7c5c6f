import type { UserList } from '../model/authentication.ts';
import type { Resource } from '../snapshot/resource.ts';
import { DerivedTable } from '../store/derived-table.ts';
import { OnlyRow } from '../store/only-row.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { authzClusterName, renderAuthzCluster } from './clusters/authz-cluster.ts';
import { sameResource } from './make-resource.ts';
import type { ListenOptions } from './options.ts';
import type { RenderedTable } from './rendering.ts';
import { renderUserList } from './tls/secret.ts';

/** What `naru authz` is found by, and what it is told. */
export interface HelperTables {
  readonly rendered: readonly RenderedTable[];
  readonly tables: readonly FollowingTable<unknown>[];
}

export function helperTables(
  userLists: Table<UserList>,
  { authz }: ListenOptions,
  onFailure: (row: Key, error: Error | undefined) => void,
): HelperTables {
  const only = new OnlyRow(authzClusterName);
  const cluster = new DerivedTable<true, Resource>({
    name: 'helper cluster',
    input: only,
    compute: () => renderAuthzCluster(authz),
    same: sameResource,
    onFailure: (key, error) => onFailure(`helper cluster ${key}`, error),
  });
  const users = new DerivedTable<UserList, Resource>({
    name: 'user lists',
    input: userLists,
    compute: renderUserList,
    same: sameResource,
    onFailure: (key, error) => onFailure(`user list ${key}`, error),
  });
  return {
    rendered: [
      { type: 'clusters', table: cluster },
      { type: 'secrets', table: users },
    ],
    tables: [only, cluster, users],
  };
}
