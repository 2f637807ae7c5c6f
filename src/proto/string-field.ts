import protobuf from 'protobufjs/minimal.js';

const lengthDelimited = 2;

/** A string field of an encoded message of any type, read without looking at the rest; undefined when it is not there. */
export function stringField(bytes: Uint8Array, number: number): string | undefined {
  const reader = protobuf.Reader.create(bytes);
  let found: string | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    // Of a field that comes twice the last counts.
    if (tag === ((number << 3) | lengthDelimited)) found = reader.string();
    else reader.skipType(tag & 7);
  }
  return found;
}
