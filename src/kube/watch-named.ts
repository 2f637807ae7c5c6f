import { Observable, type Subscription } from 'rxjs';
import type { Connection } from './connection.ts';
import type { KubeEvent, ObjectKey } from './event.ts';
import type { Kind, KubeObject } from './objects.ts';
import { watchKind, type WatchOptions } from './watch.ts';

export interface NamedOptions extends Omit<WatchOptions, 'namespace' | 'name'> {
  /** Further objects of the same kind that one refers to: they are watched as long as it does. */
  readonly referencesOf?: (object: KubeObject) => readonly ObjectKey[];
  /**
   * Further objects, each time all of them. `synced` waits until they have been said once; and for each of them only until it is
   * there or cannot be had, because whoever names it must not hold up all others.
   */
  readonly further?: Observable<readonly ObjectKey[]>;
}

/**
 * Objects of a kind by their names, each with a watch of its own, so that neither the rights nor the memory for all
 * others are needed. `synced` comes when these and all that they refer to have been listed once.
 */
export function watchNamed(
  connection: Connection,
  kind: Kind,
  keys: readonly ObjectKey[],
  options: NamedOptions = {},
): Observable<KubeEvent> {
  return new Observable((subscriber) => {
    const { referencesOf = () => [], further, ...watchOptions } = options;
    const watches = new Map<ObjectKey, Subscription>();
    const listed = new Set<ObjectKey>();
    const present = new Set<ObjectKey>();
    const references = new Map<ObjectKey, readonly ObjectKey[]>();
    let others: readonly ObjectKey[] | undefined = further === undefined ? [] : undefined;
    let synced = false;

    const settle = (): void => {
      const wanted = new Set([...keys, ...[...references.values()].flat(), ...(others ?? [])]);
      for (const key of wanted) if (!watches.has(key)) start(key);
      for (const [key, watch] of watches) {
        if (wanted.has(key)) continue;
        watch.unsubscribe();
        watches.delete(key);
        listed.delete(key);
        if (present.delete(key)) subscriber.next({ type: 'delete', kind, key });
      }
      if (synced || others === undefined || [...wanted].some((key) => !listed.has(key))) return;
      synced = true;
      subscriber.next({ type: 'synced', kind });
    };

    const take = (key: ObjectKey, event: KubeEvent): void => {
      if (event.type === 'synced') listed.add(key);
      else subscriber.next(event);
      if (event.type === 'upsert') {
        present.add(key);
        // What is referred to refers to nothing further.
        if (keys.includes(key)) references.set(key, referencesOf(event.object));
      }
      if (event.type === 'delete' && present.delete(key)) references.delete(key);
      settle();
    };

    const start = (key: ObjectKey): void => {
      const onTrouble = (sentence: string): void => {
        watchOptions.onTrouble?.(sentence);
        if (others?.includes(key)) listed.add(key);
        settle();
      };
      const watch = watchKind(connection, kind, { ...watchOptions, ...placeOf(key), onTrouble }).subscribe({
        next: (event) => take(key, event),
        error: (error: unknown) => subscriber.error(error),
      });
      watches.set(key, watch);
    };

    settle();
    // What is added to a subscriber ends with it.
    subscriber.add(
      further?.subscribe((all) => {
        others = all;
        settle();
      }),
    );
    subscriber.add(() => watches.forEach((watch) => watch.unsubscribe()));
  });
}

function placeOf(key: ObjectKey): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
