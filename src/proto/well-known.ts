// Messages whose JSON form is not an object of their fields: https://protobuf.dev/programming-guides/json/
import type protobuf from 'protobufjs/minimal.js';
import { expected, within } from './mismatch.ts';
import { endOfDelimited, type JsonObject, put, zeroOf } from './read-fields.ts';
import { numberOf, scalarCodec } from './scalars.ts';
import { isRecord } from './write-fields.ts';

/** Contents of one message type, without length and tag. */
export interface ContentCodec {
  readonly write: (writer: protobuf.Writer, value: unknown) => void;
  readonly read: (reader: protobuf.Reader, end: number) => unknown;
}

/** Calls `visit` with the number of each field up to `end`; `visit` reads the value and returns true, or leaves it to be skipped. */
export function eachField(reader: protobuf.Reader, end: number, visit: (number: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.tag();
    if (!visit(tag >>> 3)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

/** google.protobuf.UInt32Value and its like: the scalar of `type` in field 1, written as the scalar alone. */
function wrapper(type: number): ContentCodec {
  const codec = scalarCodec(type, '');
  const tag = (1 << 3) | codec.wireType;
  return {
    write(writer, value) {
      if (!codec.isDefault(value)) codec.write(writer.uint32(tag), value);
    },
    read(reader, end) {
      let value = zeroOf(type);
      eachField(reader, end, (number) => {
        if (number === 1) value = codec.read(reader, end);
        return number === 1;
      });
      return value;
    },
  };
}

function writeTime(writer: protobuf.Writer, seconds: number, nanos: number): void {
  if (seconds !== 0) writer.uint32(8).int64(seconds);
  if (nanos !== 0) writer.uint32(16).int32(nanos);
}

function readTime(reader: protobuf.Reader, end: number): { seconds: number; nanos: number } {
  let seconds = 0;
  let nanos = 0;
  eachField(reader, end, (number) => {
    if (number === 1) seconds = numberOf(reader.int64());
    else if (number === 2) nanos = reader.int32();
    else return false;
    return true;
  });
  return { seconds, nanos };
}

/** `.` and 3, 6 or 9 digits, or nothing. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  return `.${String(nanos)
    .padStart(9, '0')
    .replace(/(?:000){1,2}$/, '')}`;
}

const nanosOf = (digits: string | undefined): number => Number((digits ?? '').padEnd(9, '0'));

/** Ten thousand years, the range that google/protobuf/duration.proto states. */
const longestSeconds = 315_576_000_000;

const duration: ContentCodec = {
  write(writer, value) {
    const match = typeof value === 'string' ? /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(value) : null;
    const seconds = Number(match?.[2]);
    if (match === null || seconds > longestSeconds) throw expected('a duration such as "1.5s"', value);
    const sign = match[1] === '-' ? -1 : 1;
    writeTime(writer, sign * seconds, sign * nanosOf(match[3]));
  },
  read(reader, end) {
    const { seconds, nanos } = readTime(reader, end);
    const sign = seconds < 0 || nanos < 0 ? '-' : '';
    return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
  },
};

const timestamp: ContentCodec = {
  write(writer, value) {
    const match = typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
    const milliseconds = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
    if (Number.isNaN(milliseconds)) throw expected('a time such as "2026-01-31T10:00:00Z"', value);
    writeTime(writer, milliseconds / 1000, nanosOf(match?.[2]));
  },
  read(reader, end) {
    const { seconds, nanos } = readTime(reader, end);
    return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction(nanos)}Z`;
  },
};

/** Paths joined by commas, each in lowerCamelCase. */
const fieldMask: ContentCodec = {
  write(writer, value) {
    if (typeof value !== 'string' || value.includes('_')) throw expected('paths in lowerCamelCase, joined by commas', value);
    const paths = value === '' ? [] : value.split(',');
    for (const path of paths) writer.uint32(10).string(path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  },
  read(reader, end) {
    const paths: string[] = [];
    eachField(reader, end, (number) => number === 1 && paths.push(reader.string()) > 0);
    return paths.map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())).join(',');
  },
};

const nullTag = 8;
const numberTag = 17;
const stringTag = 26;
const boolTag = 32;
const structTag = 42;
const listTag = 50;

const value: ContentCodec = {
  write(writer, json) {
    if (json === null) writer.uint32(nullTag).int32(0);
    else if (typeof json === 'number' && Number.isFinite(json)) writer.uint32(numberTag).double(json);
    else if (typeof json === 'string' && json.isWellFormed()) writer.uint32(stringTag).string(json);
    else if (typeof json === 'boolean') writer.uint32(boolTag).bool(json);
    else if (Array.isArray(json)) writeDelimited(writer.uint32(listTag), list, json);
    else if (isRecord(json)) writeDelimited(writer.uint32(structTag), struct, json);
    else throw expected('a JSON value', json);
  },
  read(reader, end) {
    let json: unknown = null;
    eachField(reader, end, (number) => {
      if (number === 1) json = (reader.int32(), null);
      else if (number === 2) json = reader.double();
      else if (number === 3) json = reader.string();
      else if (number === 4) json = reader.bool();
      else if (number === 5) json = readDelimited(reader, end, struct);
      else if (number === 6) json = readDelimited(reader, end, list);
      else return false;
      return true;
    });
    return json;
  },
};

const struct: ContentCodec = {
  write(writer, json) {
    if (!isRecord(json)) throw expected('an object', json);
    for (const key of Object.keys(json).sort()) {
      if (json[key] === undefined) continue;
      try {
        writer.uint32(10).fork().uint32(10).string(key).uint32(18);
        writeDelimited(writer, value, json[key]);
        writer.ldelim();
      } catch (error) {
        throw within(error, `[${JSON.stringify(key)}]`);
      }
    }
  },
  read(reader, end) {
    const json: JsonObject = {};
    eachField(reader, end, (number) => {
      if (number !== 1) return false;
      const entryEnd = endOfDelimited(reader, end);
      let key = '';
      let content: unknown = null;
      eachField(reader, entryEnd, (part) => {
        if (part === 1) key = reader.string();
        else if (part === 2) content = readDelimited(reader, entryEnd, value);
        else return false;
        return true;
      });
      put(json, key, content);
      return true;
    });
    return json;
  },
};

const list: ContentCodec = {
  write(writer, json) {
    if (!Array.isArray(json)) throw expected('a list', json);
    for (const [index, element] of json.entries()) {
      try {
        writeDelimited(writer.uint32(10), value, element);
      } catch (error) {
        throw within(error, `[${index}]`);
      }
    }
  },
  read(reader, end) {
    const json: unknown[] = [];
    eachField(reader, end, (number) => number === 1 && json.push(readDelimited(reader, end, value)) > 0);
    return json;
  },
};

function writeDelimited(writer: protobuf.Writer, codec: ContentCodec, json: unknown): void {
  writer.fork();
  codec.write(writer, json);
  writer.ldelim();
}

/** Reads a length-delimited message. Throws if its fields do not end where it does. */
export function readDelimited(reader: protobuf.Reader, limit: number, codec: ContentCodec): unknown {
  const end = endOfDelimited(reader, limit);
  const json = codec.read(reader, end);
  if (reader.pos !== end) throw new RangeError(`the message before byte ${reader.pos} should end at byte ${end}`);
  return json;
}

export const wellKnown: ReadonlyMap<string, ContentCodec> = new Map([
  ['google.protobuf.BoolValue', wrapper(8)],
  ['google.protobuf.BytesValue', wrapper(12)],
  ['google.protobuf.DoubleValue', wrapper(1)],
  ['google.protobuf.Duration', duration],
  ['google.protobuf.FieldMask', fieldMask],
  ['google.protobuf.FloatValue', wrapper(2)],
  ['google.protobuf.Int32Value', wrapper(5)],
  ['google.protobuf.Int64Value', wrapper(3)],
  ['google.protobuf.ListValue', list],
  ['google.protobuf.StringValue', wrapper(9)],
  ['google.protobuf.Struct', struct],
  ['google.protobuf.Timestamp', timestamp],
  ['google.protobuf.UInt32Value', wrapper(13)],
  ['google.protobuf.UInt64Value', wrapper(4)],
  ['google.protobuf.Value', value],
]);
