// From an object to the fields of a message. Fields go out by number and map entries by key, so that equal objects give equal bytes:
// a resource's version is the hash of its bytes.
import type protobuf from 'protobufjs/minimal.js';
import { expected, Mismatch, within } from './mismatch.ts';
import { type FieldSchema, type MessageSchema, messageSchema, MESSAGE } from './registry.ts';
import type { ValueCodec } from './scalars.ts';

type Write = (writer: protobuf.Writer, value: unknown) => void;

export type CodecOf = (field: FieldSchema) => ValueCodec;

interface FieldWriter {
  readonly field: FieldSchema;
  readonly takesNull: boolean;
  readonly write: Write;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function singleWriter(field: FieldSchema, codec: ValueCodec): Write {
  const tag = (field.number << 3) | codec.wireType;
  const { write, isDefault } = codec;
  if (!field.presence) {
    return (writer, value) => {
      if (!isDefault(value)) write(writer.uint32(tag), value);
    };
  }
  return (writer, value) => write(writer.uint32(tag), value);
}

function listWriter(field: FieldSchema, { write, wireType }: ValueCodec): Write {
  const tag = (field.number << 3) | wireType;
  const packedTag = (field.number << 3) | 2;
  return (writer, list) => {
    if (!Array.isArray(list)) throw expected('a list', list);
    if (list.length === 0) return;
    if (field.packed) writer.uint32(packedTag).fork();
    let index = 0;
    try {
      for (; index < list.length; index++) write(field.packed ? writer : writer.uint32(tag), list[index]);
    } catch (error) {
      throw within(error, `[${index}]`);
    }
    if (field.packed) writer.ldelim();
  };
}

const BOOL = 8;
const STRING = 9;
const longTypes = new Set([3, 4, 6, 16, 18]);

/** Keys are strings in JSON whatever their type: https://protobuf.dev/programming-guides/json/#field-representation */
function keyOf(type: number, key: string): unknown {
  if (type === STRING || longTypes.has(type)) return key;
  if (type === BOOL) return key === 'true' ? true : key === 'false' ? false : key;
  return /^-?\d+$/.test(key) ? Number(key) : key;
}

function mapWriter(field: FieldSchema, [key, value]: readonly [FieldSchema, FieldSchema], codecOf: CodecOf): Write {
  const keyCodec = codecOf(key);
  const valueCodec = codecOf(value);
  const tag = (field.number << 3) | 2;
  const keyTag = (1 << 3) | keyCodec.wireType;
  const valueTag = (2 << 3) | valueCodec.wireType;
  return (writer, map) => {
    if (!isRecord(map)) throw expected('an object', map);
    for (const name of Object.keys(map).sort()) {
      if (map[name] === undefined) continue;
      writer.uint32(tag).fork();
      try {
        keyCodec.write(writer.uint32(keyTag), keyOf(key.type, name));
        valueCodec.write(writer.uint32(valueTag), map[name]);
      } catch (error) {
        throw within(error, `[${JSON.stringify(name)}]`);
      }
      writer.ldelim();
    }
  };
}

/** The key and value of a map field's entries; undefined for any other field. */
export function mapEntryOf(field: FieldSchema): readonly [FieldSchema, FieldSchema] | undefined {
  if (!field.repeated || field.type !== MESSAGE) return undefined;
  const entry = messageSchema(field.typeName);
  const [key, value] = entry?.isMapEntry === true ? entry.fields : [];
  return key === undefined || value === undefined ? undefined : [key, value];
}

function fieldWriter(field: FieldSchema, codecOf: CodecOf): FieldWriter {
  const entry = mapEntryOf(field);
  // In JSON null means absent, except where null is a value.
  const takesNull = field.typeName === 'google.protobuf.Value' || field.typeName === 'google.protobuf.NullValue';
  if (entry !== undefined) return { field, takesNull: false, write: mapWriter(field, entry, codecOf) };
  const codec = codecOf(field);
  if (field.repeated) return { field, takesNull: false, write: listWriter(field, codec) };
  return { field, takesNull, write: singleWriter(field, codec) };
}

function refuseTwoOfOneof(chosen: readonly FieldWriter[]): void {
  const first = new Map<number, string>();
  for (const { field } of chosen) {
    if (field.oneof < 0) continue;
    const other = first.get(field.oneof);
    if (other !== undefined) throw new Mismatch(`cannot stand beside ${other}, only one of them may be set`).within(`.${field.name}`);
    first.set(field.oneof, field.name);
  }
}

/**
 * Returns what writes the fields of an object as the fields of `schema`. With `inAny` the object may hold '@type' besides.
 * Preparing a field waits until an object has it: most messages have many fields and most objects few.
 */
export function fieldsWriter(schema: MessageSchema, codecOf: CodecOf) {
  const prepared = new Map<string, FieldWriter>();
  const prepare = (name: string): FieldWriter => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Mismatch(`no such field in ${schema.name}`).within(`.${name}`);
    const made = fieldWriter(field, codecOf);
    prepared.set(name, made);
    return made;
  };
  const choose = (message: Readonly<Record<string, unknown>>, inAny: boolean): FieldWriter[] => {
    const chosen: FieldWriter[] = [];
    let last = 0;
    let inOrder = true;
    let oneofs = 0;
    for (const name of Object.keys(message)) {
      const value = message[name];
      if (value === undefined || (inAny && name === '@type')) continue;
      const entry = prepared.get(name) ?? prepare(name);
      if (value === null && !entry.takesNull) continue;
      chosen.push(entry);
      const { number, oneof } = entry.field;
      inOrder &&= number > last;
      last = number;
      if (oneof >= 0) oneofs++;
    }
    if (oneofs > 1) refuseTwoOfOneof(chosen);
    return inOrder ? chosen : chosen.sort((a, b) => a.field.number - b.field.number);
  };
  return (writer: protobuf.Writer, message: unknown, inAny: boolean): void => {
    if (!isRecord(message)) throw expected('an object', message);
    for (const { field, write } of choose(message, inAny)) {
      try {
        write(writer, message[field.name]);
      } catch (error) {
        throw within(error, `.${field.name}`);
      }
    }
  };
}
