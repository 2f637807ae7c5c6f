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
  /** How long a value waits that comes out of quiet; 0: only for what comes in the same call. */
  readonly firstMs: number;
  /** A batch ends when nothing has come for this long, asked when it begins… */
  readonly quietMs: () => number;
  /** …or has been open for this long. */
  readonly maxWaitMs: number;
}

/**
 * Gathers a burst of values into batches. What comes out of quiet is mostly alone, and goes at once; what follows it
 * before it is quiet again is one batch.
 *
 *     source  a-b-c---------d---|
 *     output  a------(bc)---d---|      first = 0, quiet = 3
 */
export function coalesce<T>({ firstMs, quietMs, maxWaitMs }: CoalesceOptions): OperatorFunction<T, readonly T[]> {
  return (source) =>
    defer(() => {
      let gathered = 0;
      // A timer for each batch, not for each value.
      const untilQuiet = (values: Observable<T>): Observable<unknown> => values.pipe(startWith(null), debounceTime(quietMs()));
      const batchEnd = (values: Observable<T>): Observable<unknown> =>
        defer(() => race(untilQuiet(values), timer(maxWaitMs)).pipe(take(1)));
      const burst = (values: Observable<T>): Observable<unknown> =>
        concat(timer(firstMs, asapScheduler), batchEnd(values).pipe(repeat({ delay: () => (gathered > 0 ? of(null) : EMPTY) })));
      return source.pipe(
        connect((values) => values.pipe(buffer(values.pipe(exhaustMap(() => burst(values)))))),
        tap(({ length }) => (gathered = length)),
        filter(({ length }) => length > 0),
      );
    });
}
