import {
  buffer,
  connect,
  debounceTime,
  exhaustMap,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  race,
  startWith,
  take,
  timer,
} from 'rxjs';

export interface CoalesceOptions {
  /** A batch ends when nothing has come for this long, asked when it begins… */
  readonly quietMs: () => number;
  /** …or when its first value has waited this long. */
  readonly maxWaitMs: number;
}

/**
 * Gathers a burst of values into one batch.
 *
 *     source  a-b-c---------d---|
 *     output  -------(abc)-----(d|)      quiet = 3
 */
export function coalesce<T>({ quietMs, maxWaitMs }: CoalesceOptions): OperatorFunction<T, readonly T[]> {
  // A timer for each batch, not for each value.
  const untilQuiet: MonoTypeOperatorFunction<unknown> = (values) => values.pipe(startWith(null), debounceTime(quietMs()));
  return connect((values: Observable<T>) =>
    values.pipe(buffer(values.pipe(exhaustMap(() => race(values.pipe(untilQuiet), timer(maxWaitMs)).pipe(take(1)))))),
  );
}
