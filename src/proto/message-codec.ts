// One codec per message type, made when the type is first met.
import protobuf from 'protobufjs/minimal.js';
import type { AnyMessage } from './gen/messages.ts';
import { expected, Mismatch } from './mismatch.ts';
import { endOfDelimited, fieldsReader, type JsonObject } from './read-fields.ts';
import { type FieldSchema, MESSAGE, messageSchema } from './registry.ts';
import { bytesOf, scalarCodec, toBase64, type ValueCodec } from './scalars.ts';
import { type ContentCodec, eachField, readDelimited, wellKnown } from './well-known.ts';
import { fieldsWriter, isRecord } from './write-fields.ts';

interface MessageCodec extends ContentCodec {
  /** Within Any: the fields stand beside '@type'. Undefined where the JSON form is not an object and stands in `value`. */
  readonly beside?: {
    readonly write: (writer: protobuf.Writer, message: object) => void;
    readonly read: (reader: protobuf.Reader, end: number, target: JsonObject) => JsonObject;
  };
}

const codecs = new Map<string, MessageCodec | undefined>();

/** The codec for messages of type `name`; undefined if no descriptor of it was generated. */
export function messageCodec(name: string): MessageCodec | undefined {
  if (codecs.has(name)) return codecs.get(name);
  const codec = name === 'google.protobuf.Any' ? anyCodec : (wellKnown.get(name) ?? plainCodec(name));
  codecs.set(name, codec);
  return codec;
}

function plainCodec(name: string): MessageCodec | undefined {
  const schema = messageSchema(name);
  if (schema === undefined) return undefined;
  const write = fieldsWriter(schema, codecOf);
  const read = fieldsReader(schema, codecOf, emptyValue);
  return {
    write: (writer, value) => write(writer, value, false),
    read: (reader, end) => read(reader, end, {}),
    beside: { write: (writer, message) => write(writer, message, true), read },
  };
}

function codecOf(field: FieldSchema): ValueCodec {
  if (field.type !== MESSAGE) return scalarCodec(field.type, field.typeName);
  const codec = messageCodec(field.typeName);
  if (codec === undefined) throw new Error(`no descriptor of ${field.typeName}`);
  return {
    wireType: 2,
    write(writer, value) {
      writer.fork();
      codec.write(writer, value);
      writer.ldelim();
    },
    read: (reader, limit) => readDelimited(reader, limit, codec),
    isDefault: () => false,
  };
}

/** The JSON form of a message or enum that has no bytes at all. */
function emptyValue(field: FieldSchema): unknown {
  // One zero byte is both: a message of length 0 and the enum's first value.
  return codecOf(field).read(protobuf.Reader.create(Buffer.alloc(1)), 1);
}

const packedBytes = Symbol('packed');

/** An Any of bytes that are already encoded: they are sent as they are. */
export function packedAny(url: string, bytes: Uint8Array): AnyMessage {
  const message = { '@type': url, [packedBytes]: bytes };
  return message;
}

/** Whether an Any holds bytes instead of fields. */
export function isPacked(any: object): boolean {
  return packedBytes in any;
}

const typeUrlTag = 10;
const valueTag = 18;

function typeOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function writeAnyContent(writer: protobuf.Writer, url: string, message: Readonly<Record<string, unknown>>): void {
  const codec = messageCodec(typeOf(url));
  if (codec?.beside !== undefined) {
    codec.beside.write(writer, message);
    return;
  }
  const others = Object.keys(message).filter((name) => name !== '@type' && name !== 'value' && message[name] !== undefined);
  if (codec !== undefined) {
    if (others[0] !== undefined) throw new Mismatch(`${typeOf(url)} stands in "value" beside "@type"`).within(`.${others[0]}`);
    codec.write(writer, message['value']);
  } else {
    if (others.length > 0) throw new Mismatch(`no descriptor of ${typeOf(url)}: add it to protos/roots.txt`);
    writer.raw(bytesOf(message['value'] ?? ''));
  }
}

const anyCodec: MessageCodec = {
  write(writer, message) {
    if (!isRecord(message)) throw expected('an object with "@type"', message);
    const url = message['@type'];
    if (url === undefined && Object.keys(message).length === 0) return;
    if (typeof url !== 'string' || !url.includes('/')) throw expected('"@type": "type.googleapis.com/…"', url ?? message);
    writer.uint32(typeUrlTag).string(url);
    const before = writer.pos;
    writer.uint32(valueTag).fork();
    const start = writer.pos;
    const packed = (message as { readonly [packedBytes]?: Uint8Array })[packedBytes];
    if (packed === undefined) writeAnyContent(writer, url, message);
    else writer.raw(packed);
    const isEmpty = writer.pos === start;
    writer.ldelim();
    // Like any other field, an empty value is not on the wire.
    if (isEmpty) writer.pos = before;
  },
  read(reader, end) {
    let url = '';
    let span = { from: end, to: end };
    eachField(reader, end, (number) => {
      if (number === 1) {
        url = reader.string();
      } else if (number === 2) {
        const to = endOfDelimited(reader, end);
        span = { from: reader.pos, to };
        reader.pos = to;
      }
      return number === 1 || number === 2;
    });
    if (url === '' && span.from === span.to) return {};
    return readAnyContent(reader, url, span);
  },
};

function readAnyContent(reader: protobuf.Reader, url: string, { from, to }: { from: number; to: number }): JsonObject {
  const behind = reader.pos;
  const codec = messageCodec(typeOf(url));
  const target: JsonObject = { '@type': url };
  if (codec === undefined) return { ...target, value: toBase64(reader.raw(from, to)) };
  reader.pos = from;
  const message = codec.beside === undefined ? { ...target, value: codec.read(reader, to) } : codec.beside.read(reader, to, target);
  if (reader.pos !== to) throw new RangeError(`${typeOf(url)} should end at byte ${to}`);
  reader.pos = behind;
  return message;
}
