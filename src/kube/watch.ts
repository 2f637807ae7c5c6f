import { Observable } from 'rxjs';
import { Arrivals } from './api/arrivals.ts';
import { Known } from './api/known.ts';
import { Outage } from './api/outage.ts';
import { collectionOf } from './collection.ts';
import type { Connection } from './connection.ts';
import type { KubeEvent } from './event.ts';
import { kinds } from './kinds.ts';
import type { AnyKindRow } from './kinds/kind.ts';
import type { Kind } from './objects.ts';
import { Reflector, type ReflectorTiming, type RestartReason } from './reflector.ts';

export interface WatchOptions {
  /** One namespace; absent: all. Kinds without a namespace are not limited by it. */
  readonly namespace?: string | undefined;
  /** One object of that namespace; absent: all. */
  readonly name?: string;
  /** A sentence for each attempt that failed; the watch goes on trying. */
  readonly onTrouble?: (sentence: string) => void;
  /** After trouble: the server answers again. */
  readonly onWell?: () => void;
  readonly onRestart?: (reason: RestartReason) => void;
  readonly pageSize?: number;
  /** False: lists come in pages, whatever the server can do. */
  readonly streams?: boolean;
  readonly timing?: Partial<ReflectorTiming>;
  /** Shared by watches of the same server: when it answers one, the others need not wait. */
  readonly outage?: Outage;
}

export const usualTiming: ReflectorTiming = {
  minDelayMs: 800,
  maxDelayMs: 30_000,
  stableMs: 60_000,
  slowDelayMs: 30_000,
  discoveryMs: 2000,
  idleMs: 130_000,
  listIdleMs: 15_000,
  shortWatchMs: 1000,
};

export const usualPageSize = 500;

/**
 * All objects of a kind and whatever happens to them. It does not end and does not fail because of the API server:
 * `synced` comes once, after the first whole list, however long that takes.
 */
export function watchKind(connection: Connection, kind: Kind, options: WatchOptions = {}): Observable<KubeEvent> {
  return watchRow(connection, kinds[kind], options);
}

/** The same for a row of the table of kinds. */
export function watchRow(connection: Connection, row: AnyKindRow, options: WatchOptions = {}): Observable<KubeEvent> {
  const { namespace, name, onTrouble = () => {}, onWell = () => {}, pageSize = usualPageSize, streams = true, timing, onRestart } = options;
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const reflector = new Reflector({
      connection,
      collection: collectionOf(row, namespace, name),
      follower: new Known(row, (event) => subscriber.next(event)),
      pageSize,
      streams,
      timing: { ...usualTiming, ...timing },
      outage: options.outage ?? new Outage(),
      arrivals: new Arrivals({ ...usualTiming, ...timing }),
      onTrouble,
      onWell,
      onRestart,
    });
    reflector.run(stop.signal).catch((error: unknown) => subscriber.error(error));
    return () => stop.abort();
  });
}
