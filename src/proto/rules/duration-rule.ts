import type protobuf from 'protobufjs/minimal.js';
import { numberOf } from '../scalars.ts';
import { emptyRange, rangeRule } from './range.ts';
import { eachRule, type Rule } from './rule.ts';

const second = 1_000_000_000n;

/** Nanoseconds of "1.5s". */
function readDuration(value: unknown): bigint | undefined {
  const match = typeof value === 'string' ? /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(value) : null;
  if (match === null) return undefined;
  const nanoseconds = BigInt(match[2] ?? 0) * second + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -nanoseconds : nanoseconds;
}

function printDuration(nanoseconds: number | bigint): string {
  const exact = BigInt(nanoseconds);
  const size = exact < 0n ? -exact : exact;
  const fraction =
    size % second === 0n
      ? ''
      : `.${String(size % second)
          .padStart(9, '0')
          .replace(/0+$/, '')}`;
  return `${exact < 0n ? '-' : ''}${size / second}${fraction}s`;
}

/** A serialized google.protobuf.Duration. */
function readBound(reader: protobuf.Reader): bigint {
  const end = reader.size() + reader.pos;
  let nanoseconds = 0n;
  while (reader.pos < end) {
    const number = reader.tag() >>> 3;
    if (number === 1) nanoseconds += BigInt(numberOf(reader.int64())) * second;
    else nanoseconds += BigInt(reader.int32());
  }
  return nanoseconds;
}

/** DurationRules. `onRequired` hears of the one that is about the field and not the value. */
export function durationRule(bytes: Uint8Array, onRequired: () => void): Rule {
  const range = emptyRange();
  eachRule('duration', bytes, (number, reader) => {
    if (number === 1) {
      if (reader.bool()) onRequired();
      return true;
    }
    if (number > 8) return false;
    const bound = readBound(reader);
    if (number === 2) range.constant = bound;
    else if (number === 3) range.below = bound;
    else if (number === 4) range.atMost = bound;
    else if (number === 5) range.above = bound;
    else if (number === 6) range.atLeast = bound;
    else if (number === 7) range.in.push(bound);
    else range.notIn.push(bound);
    return true;
  });
  return rangeRule(range, { read: readDuration, print: printDuration });
}
