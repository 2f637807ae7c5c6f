// From the fields of a message to an object.
import type protobuf from 'protobufjs/minimal.js';
import { ENUM, type FieldSchema, MESSAGE, type MessageSchema } from './registry.ts';
import type { ValueCodec } from './scalars.ts';
import { type CodecOf, mapEntryOf } from './write-fields.ts';

export type JsonObject = Record<string, unknown>;

/** Reads one occurrence of a field into `target`. */
type ReadInto = (reader: protobuf.Reader, limit: number, target: JsonObject) => void;

interface FieldReader {
  readonly number: number;
  readonly wireType: number;
  readonly read: ReadInto;
  /** For repeated scalars, which may come packed or not whatever the descriptor says. */
  readonly readPacked: ReadInto | undefined;
}

/** Sets a member by a name that came from outside: `__proto__` is a name like any other. */
export function put(target: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}

/** Where the length-delimited value at the reader ends. Throws if that is beyond `limit`. */
export function endOfDelimited(reader: protobuf.Reader, limit: number): number {
  const length = reader.size();
  const end = reader.pos + length;
  if (end > limit) throw new RangeError(`a value of ${length} bytes at byte ${reader.pos} reaches beyond its message`);
  return end;
}

function singleReader(field: FieldSchema, { read, isDefault }: ValueCodec, siblings: readonly string[]): ReadInto {
  const { name, presence } = field;
  return (reader, limit, target) => {
    const value = read(reader, limit);
    // Of a oneof the last member on the wire stands: https://protobuf.dev/programming-guides/proto3/#oneof-features
    for (const sibling of siblings) delete target[sibling];
    if (presence || !isDefault(value)) target[name] = value;
    else delete target[name];
  };
}

function listOf(target: JsonObject, name: string): unknown[] {
  const list = target[name];
  if (Array.isArray(list)) return list;
  const fresh: unknown[] = [];
  target[name] = fresh;
  return fresh;
}

function packedReader(field: FieldSchema, { read }: ValueCodec): ReadInto {
  return (reader, limit, target) => {
    const end = endOfDelimited(reader, limit);
    const list = listOf(target, field.name);
    while (reader.pos < end) list.push(read(reader, end));
  };
}

const zeroes = new Map<number, unknown>([
  [8, false],
  [9, ''],
  [12, ''],
]);

/** What a scalar is when it is not on the wire. */
export function zeroOf(type: number): unknown {
  return zeroes.has(type) ? zeroes.get(type) : 0;
}

function absentValue(field: FieldSchema, empty: (field: FieldSchema) => unknown): unknown {
  return field.type === MESSAGE || field.type === ENUM ? empty(field) : zeroOf(field.type);
}

type Empty = (field: FieldSchema) => unknown;

function mapReader(field: FieldSchema, [key, value]: readonly [FieldSchema, FieldSchema], codecOf: CodecOf, empty: Empty): ReadInto {
  const keyCodec = codecOf(key);
  const valueCodec = codecOf(value);
  return (reader, limit, target) => {
    const end = endOfDelimited(reader, limit);
    let name: unknown;
    let content: unknown;
    while (reader.pos < end) {
      const tag = reader.tag();
      if (tag >>> 3 === 1) name = keyCodec.read(reader, end);
      else if (tag >>> 3 === 2) content = valueCodec.read(reader, end);
      else reader.skipType(tag & 7, 0, tag >>> 3);
    }
    const existing = target[field.name];
    const map = (existing ?? {}) as JsonObject;
    if (existing === undefined) target[field.name] = map;
    put(map, String(name ?? zeroOf(key.type)), content === undefined ? absentValue(value, empty) : content);
  };
}

function fieldReader(field: FieldSchema, schema: MessageSchema, codecOf: CodecOf, empty: Empty): FieldReader {
  const { number } = field;
  const entry = mapEntryOf(field);
  if (entry !== undefined) return { number, wireType: 2, read: mapReader(field, entry, codecOf, empty), readPacked: undefined };
  const codec = codecOf(field);
  const { wireType, read } = codec;
  if (!field.repeated) {
    const siblings = schema.fields.filter(({ name, oneof }) => oneof >= 0 && oneof === field.oneof && name !== field.name);
    return {
      number,
      wireType,
      read: singleReader(
        field,
        codec,
        siblings.map(({ name }) => name),
      ),
      readPacked: undefined,
    };
  }
  const readOne: ReadInto = (reader, limit, target) => void listOf(target, field.name).push(read(reader, limit));
  return { number, wireType, read: readOne, readPacked: wireType === 2 ? undefined : packedReader(field, codec) };
}

/**
 * Returns what reads the fields of `schema` up to `end` into `target`, as members in the order of field numbers.
 * Fields that the schema does not have are skipped. `empty` gives the value of a map entry that has none on the wire.
 */
export function fieldsReader(schema: MessageSchema, codecOf: CodecOf, empty: Empty) {
  const prepared = new Map<number, FieldReader | undefined>();
  const prepare = (number: number): FieldReader | undefined => {
    const field = schema.fields.find((candidate) => candidate.number === number);
    const made = field === undefined ? undefined : fieldReader(field, schema, codecOf, empty);
    prepared.set(number, made);
    return made;
  };
  const sorted = (target: JsonObject): JsonObject => {
    const names = ['@type', ...schema.fields.map(({ name }) => name)].filter((name) => name in target);
    return Object.fromEntries(names.map((name) => [name, target[name]]));
  };
  return (reader: protobuf.Reader, end: number, target: JsonObject): JsonObject => {
    let last = 0;
    let inOrder = true;
    while (reader.pos < end) {
      const tag = reader.tag();
      const number = tag >>> 3;
      const wireType = tag & 7;
      const field = prepared.get(number) ?? prepare(number);
      if (field?.wireType === wireType) field.read(reader, end, target);
      else if (field?.readPacked !== undefined && wireType === 2) field.readPacked(reader, end, target);
      else reader.skipType(wireType, 0, number);
      inOrder &&= number >= last;
      last = number;
    }
    return inOrder ? target : sorted(target);
  };
}
