import type protobuf from 'protobufjs/minimal.js';
import { numberOf } from '../scalars.ts';
import { emptyRange, rangeRule } from './range.ts';
import { eachRule, type Rule, unlessEmpty } from './rule.ts';

type Reader = protobuf.Reader;

const readers = {
  float: (reader: Reader) => reader.float(),
  double: (reader: Reader) => reader.double(),
  int32: (reader: Reader) => reader.int32(),
  int64: (reader: Reader) => numberOf(reader.int64()),
  uint32: (reader: Reader) => reader.uint32(),
  uint64: (reader: Reader) => numberOf(reader.uint64()),
  sint32: (reader: Reader) => reader.sint32(),
  sint64: (reader: Reader) => numberOf(reader.sint64()),
  fixed32: (reader: Reader) => reader.fixed32(),
  fixed64: (reader: Reader) => numberOf(reader.fixed64()),
  sfixed32: (reader: Reader) => reader.sfixed32(),
  sfixed64: (reader: Reader) => numberOf(reader.sfixed64()),
} as const;

export type NumberKind = keyof typeof readers;
export const numberKinds = Object.keys(readers) as readonly NumberKind[];

/** A number, or the text that the JSON form has for one that is not finite or not exact. */
function numberIn(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return /^-?\d+$/.test(value) ? BigInt(value) : Number(value);
}

function singlePrecision(value: unknown): number | bigint | undefined {
  const number = numberIn(value);
  return typeof number === 'number' ? Math.fround(number) : number;
}

export function numberRule(kind: NumberKind, bytes: Uint8Array): Rule {
  const range = emptyRange();
  let ignoreEmpty = false;
  eachRule(kind, bytes, (number, reader) => {
    if (number === 8) {
      ignoreEmpty = reader.bool();
      return true;
    }
    const bound = readers[kind](reader);
    if (number === 1) range.constant = bound;
    else if (number === 2) range.below = bound;
    else if (number === 3) range.atMost = bound;
    else if (number === 4) range.above = bound;
    else if (number === 5) range.atLeast = bound;
    else if (number === 6) range.in.push(bound);
    else if (number === 7) range.notIn.push(bound);
    else return false;
    return true;
  });
  const rule = rangeRule(range, { read: kind === 'float' ? singlePrecision : numberIn, print: String });
  return ignoreEmpty ? unlessEmpty(rule, (value) => value === 0 || value === '0') : rule;
}
