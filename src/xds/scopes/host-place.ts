import { listenerOf } from '../../model/virtual-host.ts';
import type { Key } from '../../store/table.ts';
import { scopeOf } from './scope.ts';

/** The resource that the virtual host with this key is in. */
export function placeOf(host: Key): { readonly type: 'scopes' | 'routes'; readonly name: string } {
  const listener = listenerOf(host);
  return listener === undefined ? { type: 'scopes', name: scopeOf(host) } : { type: 'routes', name: listener };
}
