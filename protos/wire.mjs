// Just enough of the protobuf wire format to read and cut descriptors without losing what we do not model (options such as
// validate.rules stay as they are). https://protobuf.dev/programming-guides/encoding/

/**
 * @typedef {{number: number, wire: number, value: number, start: number, from: number, to: number}} WireField
 * `start` is where the tag begins, [`from`, `to`) the payload; `value` is set for varints only (exact up to 2^53).
 */

/** Reads a varint. Returns [value, next offset]; throws at the end of the bytes or after ten groups. */
export function readVarint(bytes, at) {
  let value = 0;
  for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at + i + 1];
  }
  throw new Error(`no varint at byte ${at}`);
}

export function varint(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  out.push(value);
  return Buffer.from(out);
}

const fixedSize = { 1: 8, 5: 4 };

/** The field that begins at `at`; throws if none does. @returns {WireField} */
export function readField(bytes, at, end) {
  const [tag, next] = readVarint(bytes, at);
  const field = { number: Math.floor(tag / 8), wire: tag & 7, value: 0, start: at, from: next, to: next };
  if (field.wire === 0) [field.value, field.to] = readVarint(bytes, next);
  else if (field.wire === 2) {
    const [length, from] = readVarint(bytes, next);
    field.from = from;
    field.to = from + length;
  } else if (field.wire in fixedSize) field.to = next + fixedSize[field.wire];
  else throw new Error(`wire type ${field.wire} at byte ${at}`);
  if (field.number === 0 || field.to > end) throw new Error(`no field at byte ${at}`);
  return field;
}

/** All fields of a message, in the order of the bytes. @returns {WireField[]} */
export function fieldsOf(bytes, from = 0, to = bytes.length) {
  const fields = [];
  for (let at = from; at < to; ) {
    const field = readField(bytes, at, to);
    fields.push(field);
    at = field.to;
  }
  return fields;
}

export const textOf = (bytes, field) => bytes.toString('utf8', field.from, field.to);

/** A length-delimited field as bytes. */
export function delimited(number, payload) {
  return Buffer.concat([varint(number * 8 + 2), varint(payload.length), payload]);
}
