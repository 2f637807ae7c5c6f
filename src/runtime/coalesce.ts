import {
  asapScheduler,
  buffer,
  concat,
  connect,
  debounceTime,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  ignoreElements,
  type Observable,
  of,
  type OperatorFunction,
  race,
  repeat,
  startWith,
  take,
  tap,
  timer,
} from 'rxjs';

export interface CoalesceOptions {
  /** What comes out of quiet goes after all that goes at once and came in the same call, whichever came first. */
  readonly isLater?: boolean;
  /** A batch ends when nothing has come for this long, asked when it begins… */
  readonly quietMs: () => number;
  /** …or has been open for this long. */
  readonly maxWaitMs: number;
}

const sameTurn = timer(0, asapScheduler);

/**
 * Gathers a burst of values into batches. What comes out of quiet is mostly alone, and goes at once, with what comes in
 * the same call; what follows it before it is quiet again is one batch.
 *
 *     source  a-b-c---------d---|
 *     output  a------(bc)---d---|      quiet = 3
 */
export function coalesce<T>({ isLater = false, quietMs, maxWaitMs }: CoalesceOptions): OperatorFunction<T, readonly T[]> {
  return (source) =>
    defer(() => {
      let gathered = 0;
      // A timer for each batch, not for each value.
      const untilQuiet = (values: Observable<T>): Observable<unknown> => values.pipe(startWith(null), debounceTime(quietMs()));
      const batchEnd = (values: Observable<T>): Observable<unknown> =>
        defer(() => race(untilQuiet(values), timer(maxWaitMs)).pipe(take(1)));
      const burst = (values: Observable<T>): Observable<unknown> =>
        concat(
          isLater ? sameTurn.pipe(ignoreElements()) : EMPTY,
          sameTurn,
          batchEnd(values).pipe(repeat({ delay: () => (gathered > 0 ? of(null) : EMPTY) })),
        );
      return source.pipe(
        connect((values) => values.pipe(buffer(values.pipe(exhaustMap(() => burst(values)))))),
        tap(({ length }) => (gathered = length)),
        filter(({ length }) => length > 0),
      );
    });
}
