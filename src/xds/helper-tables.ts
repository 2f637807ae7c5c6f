import type { UserList } from '../model/authentication.ts';
import type { OnFailure } from '../store/derived-table.ts';
import { derivingResources } from './deriving-resources.ts';
import { OnlyRow } from '../store/only-row.ts';
import type { FollowingTable, Table } from '../store/table.ts';
import { authzClusterName, renderAuthzCluster } from './clusters/authz-cluster.ts';
import type { ListenOptions } from './options.ts';
import type { RenderedTable } from './rendering.ts';
import { renderUserList } from './tls/secret.ts';

/** What `naru authz` is found by, and what it is told. */
export interface HelperTables {
  readonly rendered: readonly RenderedTable[];
  readonly tables: readonly FollowingTable<unknown>[];
}

export function helperTables(userLists: Table<UserList>, { authz }: ListenOptions, onFailure: OnFailure): HelperTables {
  const only = new OnlyRow(authzClusterName);
  const derive = derivingResources(onFailure);
  const cluster = derive('helper cluster', only, () => renderAuthzCluster(authz));
  const users = derive('user lists', userLists, renderUserList);
  return {
    rendered: [
      { type: 'clusters', table: cluster },
      { type: 'secrets', table: users },
    ],
    tables: [only, cluster, users],
  };
}
