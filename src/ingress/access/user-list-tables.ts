import type { UserList } from '../../model/authentication.ts';
import type { OnFailure } from '../../store/derived-table.ts';
import { deriving } from '../../store/deriving.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import { type IngressRow, userListsOf } from '../ingress-row.ts';
import { readUserList, secretOf } from './user-list.ts';

/** The users that any path asks for passwords of. */
export function userListTables(
  world: World,
  ingresses: Table<IngressRow>,
  onFailure: OnFailure,
): { readonly userLists: Table<UserList>; readonly tables: readonly FollowingTable<unknown>[] } {
  const refs = new IndexTable('userListRefs', ingresses, userListsOf);
  const derive = deriving(onFailure);
  const userLists = derive('userLists', refs, (_, read, key) => {
    const found = readUserList(key, read.get(world.objects.Secret, secretOf(key).secret));
    return found.ok ? found.list : undefined;
  });
  return { userLists, tables: [refs, userLists] };
}
