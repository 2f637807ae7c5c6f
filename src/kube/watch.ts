import { Observable } from 'rxjs';
import type { Connection } from './connection.ts';
import type { KubeEvent } from './event.ts';
import type { Kind } from './objects.ts';
import { Reflector, type ReflectorTiming } from './reflector.ts';

export interface WatchOptions {
  /** One namespace; absent: all. Kinds without a namespace are not limited by it. */
  readonly namespace?: string | undefined;
  /** One object of that namespace; absent: all. */
  readonly name?: string;
  /** A sentence for each attempt that failed; the watch goes on trying. */
  readonly onTrouble?: (sentence: string) => void;
  /** After trouble: the server answers again. */
  readonly onWell?: () => void;
  readonly pageSize?: number;
  readonly timing?: Partial<ReflectorTiming>;
}

const usualTiming: ReflectorTiming = {
  minDelayMs: 800,
  maxDelayMs: 30_000,
  stableMs: 60_000,
  slowDelayMs: 30_000,
  idleMs: 130_000,
  shortWatchMs: 1000,
};

/**
 * All objects of a kind and whatever happens to them. It does not end and does not fail because of the API server:
 * `synced` comes once, after the first whole list, however long that takes.
 */
export function watchKind(connection: Connection, kind: Kind, options: WatchOptions = {}): Observable<KubeEvent> {
  const { namespace, name, onTrouble = () => {}, onWell = () => {}, pageSize = 500, timing } = options;
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const reflector = new Reflector({
      connection,
      kind,
      namespace,
      name,
      pageSize,
      timing: { ...usualTiming, ...timing },
      emit: (event) => subscriber.next(event),
      onTrouble,
      onWell,
    });
    reflector.run(stop.signal).catch((error: unknown) => subscriber.error(error));
    return () => stop.abort();
  });
}
