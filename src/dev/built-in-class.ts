import { concatMap, type MonoTypeOperatorFunction, from } from 'rxjs';
import { type KubeEvent, upsertOf } from '../kube/event.ts';
import { builtInClass } from './class-of-folder.ts';

/**
 * A folder without any IngressClass behaves as a cluster on which Naru was just installed: there is a class of this
 * name, and it is the default. As soon as the folder has a class of its own, only the folder's count.
 */
export function withBuiltInClass(name: string, controller: string): MonoTypeOperatorFunction<KubeEvent> {
  const own = new Set<string>();
  let synced = false;
  const add = (): KubeEvent => upsertOf(builtInClass(name, controller));
  return concatMap((event) => {
    if (event.type === 'synced' && event.kind === 'IngressClass') {
      synced = true;
      return from(own.size === 0 ? [add(), event] : [event]);
    }
    if (event.type === 'problems' || event.type === 'synced' || event.kind !== 'IngressClass') return from([event]);
    const had = own.size > 0;
    if (event.type === 'upsert') own.add(event.key);
    else own.delete(event.key);
    if (!synced || had === own.size > 0) return from([event]);
    const builtIn: KubeEvent = own.size === 0 ? add() : { type: 'delete', kind: 'IngressClass', key: name };
    // A class of the folder may have the built-in one's name: whatever is to stay comes last.
    return from(own.size === 0 ? [event, builtIn] : [builtIn, event]);
  });
}
