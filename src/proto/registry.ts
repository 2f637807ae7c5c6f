// The messages as their descriptors declare them. The set is walked once for names; a message is read when it is first asked for.
// Descriptors of descriptors: https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto
import protobuf from 'protobufjs/minimal.js';
import { messageDescriptors } from './gen/descriptors.ts';

/** Numbers of FieldDescriptorProto.Type that are not scalars. */
export const MESSAGE = 11;
export const ENUM = 14;

export interface FieldSchema {
  /** As in the .proto file: snake_case. */
  readonly name: string;
  readonly number: number;
  /** FieldDescriptorProto.Type, 1 to 18. */
  readonly type: number;
  /** Full name of the message or enum, else ''. */
  readonly typeName: string;
  readonly repeated: boolean;
  readonly packed: boolean;
  /** Whether absent differs from the default value: messages, members of a oneof, `optional`, all of proto2. */
  readonly presence: boolean;
  /** Index of the oneof within the message, or -1. */
  readonly oneof: number;
  /** The serialized validate.FieldRules, if the field has any. */
  readonly rules: Uint8Array | undefined;
}

export interface OneofSchema {
  readonly name: string;
  /** By a validate.rule: one of its members must be set. */
  readonly required: boolean;
}

export interface MessageSchema {
  readonly name: string;
  readonly fields: readonly FieldSchema[];
  /** In the order to which `FieldSchema.oneof` points. */
  readonly oneofs: readonly OneofSchema[];
  readonly isMapEntry: boolean;
  /** By a validate.rule: the rules of its fields do not count. */
  readonly isUnchecked: boolean;
}

export interface EnumSchema {
  readonly numbers: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Index {
  readonly reader: protobuf.Reader;
  readonly messages: Map<string, Span & { readonly proto3: boolean }>;
  readonly enums: Map<string, Span>;
}

const REPEATED = 3;
// Numbers of the extensions in https://github.com/bufbuild/protoc-gen-validate/blob/main/validate/validate.proto
const VALIDATE_RULES = 1071;
const VALIDATE_REQUIRED = 1071;
const VALIDATE_DISABLED = 1071;
const VALIDATE_IGNORED = 1072;

const delimited = 2;

/** Calls `visit` with the number of each field in `span`; `visit` reads the value and returns true, or leaves it to be skipped. */
function forEachField(reader: protobuf.Reader, { from, to }: Span, visit: (number: number) => boolean): void {
  reader.pos = from;
  while (reader.pos < to) {
    const tag = reader.tag();
    if (!visit(tag >>> 3)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

/** The length-delimited value at the reader, which then stands behind it. */
function spanAt(reader: protobuf.Reader): Span {
  const length = reader.size();
  const from = reader.pos;
  reader.pos += length;
  return { from, to: from + length };
}

/** Spans of the fields in `wanted`, and the text of field 1, which is the name in every descriptor. */
function outline(reader: protobuf.Reader, span: Span, wanted: readonly number[]): { name: string; parts: Map<number, Span[]> } {
  const parts = new Map<number, Span[]>(wanted.map((number) => [number, []]));
  let name = '';
  forEachField(reader, span, (number) => {
    if (number === 1) {
      name = reader.string();
      return true;
    }
    const list = parts.get(number);
    if (list !== undefined) list.push(spanAt(reader));
    return list !== undefined;
  });
  return { name, parts };
}

function indexMessage(index: Index, span: Span, scope: string, proto3: boolean): void {
  const { name, parts } = outline(index.reader, span, [3, 4]);
  index.messages.set(scope + name, { ...span, proto3 });
  for (const nested of parts.get(3) ?? []) indexMessage(index, nested, `${scope}${name}.`, proto3);
  for (const nested of parts.get(4) ?? []) indexEnum(index, nested, `${scope}${name}.`);
}

function indexEnum(index: Index, span: Span, scope: string): void {
  index.enums.set(scope + outline(index.reader, span, []).name, span);
}

function textAt(reader: protobuf.Reader, span: Span | undefined): string {
  return span === undefined ? '' : Buffer.from(reader.raw(span.from, span.to)).toString();
}

function readIndex(): Index {
  const bytes = Buffer.from(messageDescriptors, 'base64');
  const reader = protobuf.Reader.create(bytes);
  const index: Index = { reader, messages: new Map(), enums: new Map() };
  const files: Span[] = [];
  forEachField(reader, { from: 0, to: bytes.length }, () => files.push(spanAt(reader)) > 0);
  for (const file of files) {
    const { parts } = outline(reader, file, [2, 4, 5, 12]);
    const proto3 = textAt(reader, parts.get(12)?.[0]) === 'proto3';
    const scope = `${textAt(reader, parts.get(2)?.[0])}.`;
    for (const message of parts.get(4) ?? []) indexMessage(index, message, scope, proto3);
    for (const declared of parts.get(5) ?? []) indexEnum(index, declared, scope);
  }
  return index;
}

let loaded: Index | undefined;

function theIndex(): Index {
  loaded ??= readIndex();
  return loaded;
}

function readFieldOptions(reader: protobuf.Reader, span: Span): { packed: boolean | undefined; rules: Uint8Array | undefined } {
  let packed: boolean | undefined;
  let rules: Uint8Array | undefined;
  forEachField(reader, span, (number) => {
    if (number === 2) packed = reader.bool();
    else if (number === VALIDATE_RULES) rules = reader.bytes();
    else return false;
    return true;
  });
  return { packed, rules };
}

function readField(reader: protobuf.Reader, span: Span, proto3: boolean): FieldSchema {
  const read = { name: '', number: 0, type: 0, typeName: '', oneof: -1, label: 0, options: undefined as Span | undefined };
  forEachField(reader, span, (number) => {
    if (number === 1) read.name = reader.string();
    else if (number === 3) read.number = reader.int32();
    else if (number === 4) read.label = reader.int32();
    else if (number === 5) read.type = reader.int32();
    else if (number === 6) read.typeName = reader.string().slice(1);
    else if (number === 8) read.options = spanAt(reader);
    else if (number === 9) read.oneof = reader.int32();
    else return false;
    return true;
  });
  const { name, number, type, typeName, oneof } = read;
  const { packed, rules } = read.options === undefined ? { packed: undefined, rules: undefined } : readFieldOptions(reader, read.options);
  const repeated = read.label === REPEATED;
  const presence = !repeated && (type === MESSAGE || oneof >= 0 || !proto3);
  const isDelimited = wireTypeOf(type) === delimited;
  return { name, number, type, typeName, repeated, packed: repeated && !isDelimited && (packed ?? proto3), presence, oneof, rules };
}

const fixed64 = new Set([1, 6, 16]);
const fixed32 = new Set([2, 7, 15]);
const lengthPrefixed = new Set([9, MESSAGE, 12]);

/** Wire type of a FieldDescriptorProto.Type: https://protobuf.dev/programming-guides/encoding/#structure */
export function wireTypeOf(type: number): number {
  if (fixed64.has(type)) return 1;
  if (lengthPrefixed.has(type)) return delimited;
  return fixed32.has(type) ? 5 : 0;
}

/** Whether the options in `spans` set any of these flags. */
function isSet(reader: protobuf.Reader, spans: readonly Span[] | undefined, flags: readonly number[]): boolean {
  let set = false;
  for (const options of spans ?? []) {
    forEachField(reader, options, (number) => {
      if (flags.includes(number)) set = reader.bool() || set;
      return flags.includes(number);
    });
  }
  return set;
}

function readOneof(reader: protobuf.Reader, span: Span): OneofSchema {
  const { name, parts } = outline(reader, span, [2]);
  return { name, required: isSet(reader, parts.get(2), [VALIDATE_REQUIRED]) };
}

/** The message called `name`, fields by number; undefined if none of the roots needs one of that name. */
export function messageSchema(name: string): MessageSchema | undefined {
  const { reader, messages } = theIndex();
  const span = messages.get(name);
  if (span === undefined) return undefined;
  const { parts } = outline(reader, span, [2, 7, 8]);
  return {
    name,
    fields: (parts.get(2) ?? []).map((field) => readField(reader, field, span.proto3)).sort((a, b) => a.number - b.number),
    oneofs: (parts.get(8) ?? []).map((oneof) => readOneof(reader, oneof)),
    isMapEntry: isSet(reader, parts.get(7), [7]),
    isUnchecked: isSet(reader, parts.get(7), [VALIDATE_DISABLED, VALIDATE_IGNORED]),
  };
}

/** The enum called `name`. Throws if there is none: only fields ask, and the set is closed under fields. */
export function enumSchema(name: string): EnumSchema {
  const { reader, enums } = theIndex();
  const span = enums.get(name);
  if (span === undefined) throw new Error(`no descriptor of the enum ${name}`);
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  for (const value of outline(reader, span, [2]).parts.get(2) ?? []) {
    let number = 0;
    let label = '';
    forEachField(reader, value, (field) => {
      if (field === 1) label = reader.string();
      else if (field === 2) number = reader.int32();
      else return false;
      return true;
    });
    numbers.set(label, number);
    if (!names.has(number)) names.set(number, label);
  }
  return { numbers, names };
}
