import { Observable, type Subscription } from 'rxjs';
import type { Connection } from './connection.ts';
import type { KubeEvent, ObjectKey } from './event.ts';
import type { Kind, KubeObject } from './objects.ts';
import { watchKind, type WatchOptions } from './watch.ts';

export interface NamedOptions extends Omit<WatchOptions, 'namespace' | 'name'> {
  /** Further objects of the same kind that one refers to: they are watched as long as it does. */
  readonly referencesOf?: (object: KubeObject) => readonly ObjectKey[];
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
    const { referencesOf = () => [], ...watchOptions } = options;
    const watches = new Map<ObjectKey, Subscription>();
    const listed = new Set<ObjectKey>();
    const present = new Set<ObjectKey>();
    const references = new Map<ObjectKey, readonly ObjectKey[]>();
    let synced = false;

    const settle = (): void => {
      const wanted = new Set([...keys, ...[...references.values()].flat()]);
      for (const key of wanted) if (!watches.has(key)) start(key);
      for (const [key, watch] of watches) {
        if (wanted.has(key)) continue;
        watch.unsubscribe();
        watches.delete(key);
        listed.delete(key);
        if (present.delete(key)) subscriber.next({ type: 'delete', kind, key });
      }
      if (synced || [...wanted].some((key) => !listed.has(key))) return;
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
      if (event.type === 'delete') {
        present.delete(key);
        references.delete(key);
      }
      settle();
    };

    const start = (key: ObjectKey): void => {
      const slash = key.indexOf('/');
      const place = { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
      const watch = watchKind(connection, kind, { ...watchOptions, ...place }).subscribe({
        next: (event) => take(key, event),
        error: (error: unknown) => subscriber.error(error),
      });
      watches.set(key, watch);
    };

    settle();
    return () => {
      for (const watch of watches.values()) watch.unsubscribe();
    };
  });
}
