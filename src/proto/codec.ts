// Envoy's messages between bytes and the canonical JSON form of https://protobuf.dev/programming-guides/json/, with the field
// names of the .proto files, as in Envoy's documentation.
import protobuf from 'protobufjs/minimal.js';
import type { AnyMessage, MessageName, Messages } from './gen/messages.ts';
import { messageCodec, packedAny } from './message-codec.ts';
import { Mismatch } from './mismatch.ts';

export type { AnyMessage, MessageName, Messages } from './gen/messages.ts';

const urlPrefix = 'type.googleapis.com/';

/** `type.googleapis.com/<type>`: how Any and the discovery protocol name a type. */
export function typeUrl<K extends MessageName>(type: K): `${typeof urlPrefix}${K}` {
  return `${urlPrefix}${type}`;
}

function codecFor(type: MessageName) {
  const codec = messageCodec(type);
  if (codec === undefined) throw new Error(`no descriptor of ${type}: add it to protos/roots.txt`);
  return codec;
}

// A writer that has grown is kept for the next message, unless it has grown out of proportion.
const keptBytes = 1 << 20;
let spare: protobuf.Writer | undefined;

function encodeWith(writer: protobuf.Writer, type: MessageName, message: unknown): Buffer {
  try {
    codecFor(type).write(writer, message);
  } catch (error) {
    if (error instanceof Mismatch) throw new Error(`${type}${error.path}: ${error.message}`, { cause: error });
    throw error;
  }
  return Buffer.from(writer.finish(true));
}

/**
 * `message` as bytes. Equal messages give equal bytes, whatever the order of their members.
 * Members that are undefined or null count as absent. An Any is packed, as deep as they go.
 * Throws an Error that begins with the path of the first value that does not fit: an unknown name, a wrong type, a number out of
 * range, two members of a oneof, an Any of a type that is not in protos/roots.txt.
 */
export function encode<K extends MessageName>(type: K, message: Messages[K]): Buffer {
  const writer = spare ?? protobuf.Writer.create();
  spare = undefined;
  const bytes = encodeWith(writer, type, message);
  if (writer.buf.length <= keptBytes) {
    spare = writer;
    writer.reset();
  }
  return bytes;
}

/**
 * The message in `bytes`. Members come in the order of field numbers; what has its default value and no presence is left out;
 * 64-bit integers are numbers where these are exact, else digits; bytes are base64.
 * An Any is expanded to its fields beside '@type'; one of a type that is not in protos/roots.txt to {'@type', value: base64}.
 * Fields unknown to the pinned Envoy are skipped. Throws an Error that begins with `type` if the bytes are no such message.
 */
export function decode<K extends MessageName>(type: K, bytes: Uint8Array): Messages[K] {
  const codec = codecFor(type);
  const reader = protobuf.Reader.create(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  try {
    const message = codec.read(reader, reader.len);
    if (reader.pos !== reader.len) throw new RangeError('a field reaches beyond the end');
    return message as Messages[K];
  } catch (error) {
    throw new Error(`${type}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** `message` as it stands in a field of type Any. Copies one level. */
export function any<K extends MessageName>(type: K, message: Messages[K]): AnyMessage {
  const url = typeUrl(type);
  if (messageCodec(type)?.beside === undefined) return { '@type': url, value: message };
  return { '@type': url, ...(message as object) };
}

/** Bytes that `encode` made of a `type`, as they stand in a field of type Any: sent as they are, not encoded again. */
export function packed(type: MessageName, bytes: Uint8Array): AnyMessage {
  return packedAny(typeUrl(type), bytes);
}
