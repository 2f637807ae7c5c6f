import type { UserList } from '../../model/authentication.ts';
import { DerivedTable } from '../../store/derived-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import { type IngressRow, userListsOf } from '../ingress-row.ts';
import { readUserList, secretOf } from './user-list.ts';

/** The users that any path asks for passwords of. */
export function userListTables(
  world: World,
  ingresses: Table<IngressRow>,
  onFailure: (row: Key, error: Error | undefined) => void,
): { readonly userLists: Table<UserList>; readonly tables: readonly FollowingTable<unknown>[] } {
  const refs = new IndexTable('userListRefs', ingresses, userListsOf);
  const userLists = new DerivedTable<readonly Key[], UserList>({
    name: 'userLists',
    input: refs,
    compute: (_, read, key) => {
      const found = readUserList(key, read.get(world.objects.Secret, secretOf(key).secret));
      return found.ok ? found.list : undefined;
    },
    onFailure: (key, error) => onFailure(`userLists ${key}`, error),
  });
  return { userLists, tables: [refs, userLists] };
}
