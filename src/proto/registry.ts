// The messages as their descriptors declare them (protos/schemas.mjs has read these); one is parsed when it is first asked for.
import { enumLines, messageLines } from './gen/schemas.ts';

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

/** As protos/schemas.mjs writes them. */
type FieldRow = readonly [name: string, number: number, type: number, typeName: string, flags: number, oneof: number, rules?: string];
type OneofRow = readonly [name: string, required: number];
type MessageRow = readonly [flags: number, oneofs: readonly OneofRow[], fields: readonly FieldRow[]];
type EnumRow = readonly (readonly [name: string, number: number])[];

/** By full name, the JSON of each line. */
function indexed(lines: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const space = line.indexOf(' ');
    found.set(line.slice(0, space), line.slice(space + 1));
  }
  return found;
}

let messages: ReadonlyMap<string, string> | undefined;
let enums: ReadonlyMap<string, string> | undefined;

const fixed64 = new Set([1, 6, 16]);
const fixed32 = new Set([2, 7, 15]);
const lengthPrefixed = new Set([9, MESSAGE, 12]);

/** Wire type of a FieldDescriptorProto.Type: https://protobuf.dev/programming-guides/encoding/#structure */
export function wireTypeOf(type: number): number {
  if (fixed64.has(type)) return 1;
  if (lengthPrefixed.has(type)) return 2;
  return fixed32.has(type) ? 5 : 0;
}

function fieldOf([name, number, type, typeName, flags, oneof, rules]: FieldRow): FieldSchema {
  return {
    ...{ name, number, type, typeName, oneof },
    repeated: (flags & 1) !== 0,
    packed: (flags & 2) !== 0,
    presence: (flags & 4) !== 0,
    rules: rules === undefined ? undefined : Buffer.from(rules, 'base64'),
  };
}

/** The message called `name`, fields by number; undefined if none of the roots needs one of that name. */
export function messageSchema(name: string): MessageSchema | undefined {
  messages ??= indexed(messageLines);
  const json = messages.get(name);
  if (json === undefined) return undefined;
  const [flags, oneofs, fields] = JSON.parse(json) as MessageRow;
  return {
    name,
    fields: fields.map(fieldOf),
    oneofs: oneofs.map(([oneof, required]) => ({ name: oneof, required: required === 1 })),
    isMapEntry: (flags & 1) !== 0,
    isUnchecked: (flags & 2) !== 0,
  };
}

/** The enum called `name`. Throws if there is none: only fields ask, and the set is closed under fields. */
export function enumSchema(name: string): EnumSchema {
  enums ??= indexed(enumLines);
  const json = enums.get(name);
  if (json === undefined) throw new Error(`no descriptor of the enum ${name}`);
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  for (const [label, number] of JSON.parse(json) as EnumRow) {
    numbers.set(label, number);
    if (!names.has(number)) names.set(number, label);
  }
  return { numbers, names };
}
