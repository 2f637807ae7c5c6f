// Values that are not messages, in the JSON form of https://protobuf.dev/programming-guides/json/
import type protobuf from 'protobufjs/minimal.js';
import { expected, Mismatch } from './mismatch.ts';
import { ENUM, enumSchema, wireTypeOf } from './registry.ts';

/** How one kind of value goes to the wire and back, without its tag. */
export interface ValueCodec {
  readonly wireType: number;
  /** Throws Mismatch if `value` is not of this kind. */
  readonly write: (writer: protobuf.Writer, value: unknown) => void;
  /** `limit` is where the enclosing message ends: nothing may reach beyond it. */
  readonly read: (reader: protobuf.Reader, limit: number) => unknown;
  readonly isDefault: (value: unknown) => boolean;
}

type Scalar = Omit<ValueCodec, 'wireType'>;

/** The two 32-bit halves that protobufjs gives for a 64-bit integer. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

/** Exact up to 2^53. */
export function numberOf({ low, high, unsigned }: Long): number {
  return (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
}

function digitsOf({ low, high, unsigned }: Long): string {
  return String((BigInt(unsigned ? high >>> 0 : high) << 32n) + BigInt(low >>> 0));
}

const unsigned32 = { what: 'an unsigned 32-bit integer', min: 0, max: 2 ** 32 - 1 };
const signed32 = { what: 'a 32-bit integer', min: -(2 ** 31), max: 2 ** 31 - 1 };
const unsigned64 = { what: 'an unsigned 64-bit integer', min: 0n, max: 2n ** 64n - 1n };
const signed64 = { what: 'a 64-bit integer', min: -(2n ** 63n), max: 2n ** 63n - 1n };

// protobufjs calls the methods of its writer and its reader alike, after the type in the .proto file.
type Method32 = 'int32' | 'uint32' | 'sint32' | 'fixed32' | 'sfixed32';
type Method64 = 'int64' | 'uint64' | 'sint64' | 'fixed64' | 'sfixed64';

function int32(method: Method32, { what, min, max }: typeof signed32): Scalar {
  return {
    write(writer, value) {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw expected(what, value);
      writer[method](value);
    },
    read: (reader) => reader[method](),
    isDefault: (value) => value === 0,
  };
}

function isLong(value: unknown, { min, max }: typeof signed64): value is number | string {
  if (typeof value === 'number') return Number.isSafeInteger(value) && (min < 0n || value >= 0);
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return false;
  const exact = BigInt(value);
  return exact >= min && exact <= max;
}

/** Read back as a number where a number is exact, else as a string of digits. */
function int64(method: Method64, range: typeof signed64): Scalar {
  return {
    write(writer, value) {
      if (!isLong(value, range)) throw expected(range.what, value);
      writer[method](value);
    },
    read(reader) {
      const long = reader[method]();
      const number = numberOf(long);
      return Number.isSafeInteger(number) ? number : digitsOf(long);
    },
    isDefault: (value) => value === 0 || value === '0',
  };
}

const notFinite = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

interface FloatRules {
  readonly fits: (value: number) => boolean;
  readonly clean: (value: number) => number;
}

function float(method: 'double' | 'float', { fits, clean }: FloatRules): Scalar {
  return {
    write(writer, value) {
      const number = typeof value === 'string' ? notFinite.get(value) : value;
      if (typeof number !== 'number' || !fits(number)) throw expected('a number', value);
      writer[method](number);
    },
    read(reader) {
      const number = reader[method]();
      return Number.isFinite(number) ? clean(number) : String(number);
    },
    isDefault: (value) => Object.is(value, 0),
  };
}

/** The shortest decimal that is this 32-bit float: 0.1, not 0.10000000149011612. */
function shortest(number: number): number {
  if (number === 0) return number;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits));
    if (Math.fround(short) === number) return short;
  }
  return number;
}

const text: Scalar = {
  write(writer, value) {
    // A lone surrogate has no UTF-8 form; Envoy would reject the whole message without naming the field.
    if (typeof value !== 'string' || !value.isWellFormed()) throw expected('a string', value);
    writer.string(value);
  },
  read: (reader) => reader.string(),
  isDefault: (value) => value === '',
};

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** The bytes of a `bytes` field: base64 in either alphabet, or the bytes themselves. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') throw expected('base64 or a Uint8Array', value);
  // Not shown: what is here instead of base64 may well be a private key.
  if (!base64.test(value)) throw new Mismatch('expected base64, not other text');
  return Buffer.from(value, 'base64');
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

const bytes: Scalar = {
  write: (writer, value) => void writer.bytes(bytesOf(value)),
  read: (reader) => toBase64(reader.bytes()),
  isDefault: (value) => value === '' || (value instanceof Uint8Array && value.length === 0),
};

const bool: Scalar = {
  write(writer, value) {
    if (typeof value !== 'boolean') throw expected('a boolean', value);
    writer.bool(value);
  },
  read: (reader) => reader.bool(),
  isDefault: (value) => value === false,
};

const fitsFloat = (value: number) => Number.isFinite(Math.fround(value)) || !Number.isFinite(value);

/** By FieldDescriptorProto.Type. */
const scalars: Readonly<Record<number, Scalar>> = {
  1: float('double', { fits: () => true, clean: (value) => value }),
  2: float('float', { fits: fitsFloat, clean: shortest }),
  3: int64('int64', signed64),
  4: int64('uint64', unsigned64),
  5: int32('int32', signed32),
  6: int64('fixed64', unsigned64),
  7: int32('fixed32', unsigned32),
  8: bool,
  9: text,
  12: bytes,
  13: int32('uint32', unsigned32),
  15: int32('sfixed32', signed32),
  16: int64('sfixed64', signed64),
  17: int32('sint32', signed32),
  18: int64('sint64', signed64),
};

const enums = new Map<string, ValueCodec>();

/** By name, or by number for a value that only a newer Envoy has a name for. */
function enumCodec(typeName: string): ValueCodec {
  if (typeName === 'google.protobuf.NullValue') {
    return { wireType: 0, write: (writer) => void writer.int32(0), read: (reader) => (reader.int32(), null), isDefault: () => false };
  }
  const { numbers, names } = enumSchema(typeName);
  const numberFor = (value: unknown) => (typeof value === 'string' ? numbers.get(value) : value);
  return {
    wireType: 0,
    write(writer, value) {
      const number = numberFor(value);
      if (typeof number !== 'number' || (number | 0) !== number) throw expected(`one of ${[...numbers.keys()].join(', ')}`, value);
      writer.int32(number);
    },
    read(reader) {
      const number = reader.int32();
      return names.get(number) ?? number;
    },
    isDefault: (value) => numberFor(value) === 0,
  };
}

/** Throws for groups, which no Envoy message has. */
export function scalarCodec(type: number, typeName: string): ValueCodec {
  if (type === ENUM) {
    const codec = enums.get(typeName) ?? enumCodec(typeName);
    enums.set(typeName, codec);
    return codec;
  }
  const scalar = scalars[type];
  if (scalar === undefined) throw new Error(`no codec for fields of type ${type}`);
  return { wireType: wireTypeOf(type), ...scalar };
}
