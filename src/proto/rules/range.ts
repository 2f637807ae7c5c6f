import type { Rule } from './rule.ts';

type Comparable = number | bigint;

/** Bounds on a value, and lists that it must or must not be in. */
export interface Range {
  constant?: Comparable;
  below?: Comparable;
  atMost?: Comparable;
  above?: Comparable;
  atLeast?: Comparable;
  readonly in: Comparable[];
  readonly notIn: Comparable[];
}

export function emptyRange(): Range {
  return { in: [], notIn: [] };
}

export interface RangeWords {
  /** Undefined for what is no value of this kind at all: that is for the codec to say. */
  readonly read: (value: unknown) => Comparable | undefined;
  readonly print: (value: Comparable) => string;
}

/** What is unordered (NaN) passes, as in the C++ that is made of these rules. */
export function rangeRule(range: Range, { read, print }: RangeWords): Rule {
  const list = (values: readonly Comparable[]): string => values.map(print).join(', ');
  const inBounds = boundsRule(range, print);
  return (value) => {
    const number = read(value);
    if (number === undefined) return undefined;
    // Loosely, because a bound is a number where a value too large for one is a bigint.
    const isOneOf = (values: readonly Comparable[]): boolean => values.some((one) => number >= one && number <= one);
    const fault =
      inBounds(number) ??
      (range.constant !== undefined && !isOneOf([range.constant]) ? `must be ${print(range.constant)}` : undefined) ??
      (range.in.length > 0 && !isOneOf(range.in) ? `must be one of ${list(range.in)}` : undefined) ??
      (isOneOf(range.notIn) ? `must not be one of ${list(range.notIn)}` : undefined);
    return fault === undefined ? undefined : `${fault}, not ${print(number)}`;
  };
}

/** Two bounds the wrong way round leave out what is between them. */
function boundsRule(range: Range, print: RangeWords['print']): (value: Comparable) => string | undefined {
  const { below, atMost, above, atLeast } = range;
  const tooHigh = (value: Comparable): boolean => (below !== undefined && value >= below) || (atMost !== undefined && value > atMost);
  const tooLow = (value: Comparable): boolean => (above !== undefined && value <= above) || (atLeast !== undefined && value < atLeast);
  const upper = below === undefined ? (atMost === undefined ? '' : `at most ${print(atMost)}`) : `less than ${print(below)}`;
  const lower = above === undefined ? (atLeast === undefined ? '' : `at least ${print(atLeast)}`) : `more than ${print(above)}`;
  const high = below ?? atMost;
  const low = above ?? atLeast;
  if (high !== undefined && low !== undefined && high < low) {
    return (value) => (tooHigh(value) && tooLow(value) ? `must be ${upper} or ${lower}` : undefined);
  }
  return (value) => (tooHigh(value) ? `must be ${upper}` : tooLow(value) ? `must be ${lower}` : undefined);
}
