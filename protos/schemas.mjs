// What the codec and the rules need of each message, as one line of JSON that is parsed when the message is first met: walking the descriptors for
// it takes longer than most of what the command line does.
import { nameOf } from './model.mjs';
import { fieldsOf, textOf } from './wire.mjs';

const REPEATED = 3;
const MESSAGE = 11;
/** FieldDescriptorProto.Type of what has a length before it. */
const delimited = new Set([9, MESSAGE, 12]);

// Numbers of the extensions in https://github.com/bufbuild/protoc-gen-validate/blob/main/validate/validate.proto
const VALIDATE_RULES = 1071;
const VALIDATE_REQUIRED = 1071;
const VALIDATE_DISABLED = 1071;
const VALIDATE_IGNORED = 1072;

/** The fields that stand between two bytes, by number: all of one, or the last of them. */
function partsOf(bytes, { from, to }) {
  const parts = new Map();
  for (const field of fieldsOf(bytes, from, to)) parts.set(field.number, [...(parts.get(field.number) ?? []), field]);
  return { all: (number) => parts.get(number) ?? [], last: (number) => parts.get(number)?.at(-1) };
}

function isSet(bytes, spans, numbers) {
  return spans.some((span) => fieldsOf(bytes, span.from, span.to).some(({ number, value }) => numbers.includes(number) && value === 1));
}

/** [name, number, type, name of its type, 1 repeated + 2 packed + 4 presence, index of its oneof or -1, rules in base64] */
function fieldRow(bytes, span, proto3) {
  const { last } = partsOf(bytes, span);
  const type = last(5)?.value ?? 0;
  const repeated = last(4)?.value === REPEATED;
  const oneof = last(9)?.value ?? -1;
  const options = last(8) === undefined ? undefined : partsOf(bytes, last(8));
  const rules = options?.last(VALIDATE_RULES);
  const packed = repeated && !delimited.has(type) && (options?.last(2) === undefined ? proto3 : options.last(2).value === 1);
  const presence = !repeated && (type === MESSAGE || oneof >= 0 || !proto3);
  const typeName = last(6) === undefined ? '' : textOf(bytes, last(6)).slice(1);
  const flags = (repeated ? 1 : 0) + (packed ? 2 : 0) + (presence ? 4 : 0);
  const row = [textOf(bytes, last(1)), last(3)?.value ?? 0, type, typeName, flags, oneof];
  return rules === undefined ? row : [...row, bytes.toString('base64', rules.from, rules.to)];
}

/** [1 map entry + 2 unchecked, [name, 1 if required] of each oneof, fields by number] */
function messageRow(bytes, span, proto3) {
  const { all } = partsOf(bytes, span);
  const unchecked = isSet(bytes, all(7), [VALIDATE_DISABLED, VALIDATE_IGNORED]);
  const oneofs = all(8).map((oneof) => [nameOf(bytes, oneof), isSet(bytes, partsOf(bytes, oneof).all(2), [VALIDATE_REQUIRED]) ? 1 : 0]);
  const fields = all(2).map((field) => fieldRow(bytes, field, proto3));
  return [(isSet(bytes, all(7), [7]) ? 1 : 0) + (unchecked ? 2 : 0), oneofs, fields.sort((a, b) => a[1] - b[1])];
}

/** [name, number] of each value */
function enumRow(bytes, span) {
  return partsOf(bytes, span)
    .all(2)
    .map((value) => [nameOf(bytes, value), partsOf(bytes, value).last(2)?.value ?? 0]);
}

function addMessage(lines, bytes, span, scope, proto3) {
  const name = scope + nameOf(bytes, span);
  lines.messages.push(`${name} ${JSON.stringify(messageRow(bytes, span, proto3))}`);
  const { all } = partsOf(bytes, span);
  for (const nested of all(3)) addMessage(lines, bytes, nested, `${name}.`, proto3);
  for (const nested of all(4)) lines.enums.push(`${name}.${nameOf(bytes, nested)} ${JSON.stringify(enumRow(bytes, nested))}`);
}

/**
 * A line for each message and enum in `files` (name -> bytes): its full name, a space, JSON.
 * @returns {{messages: string[], enums: string[]}}
 */
export function schemaLines(files) {
  const lines = { messages: [], enums: [] };
  for (const bytes of files.values()) {
    const { all, last } = partsOf(bytes, { from: 0, to: bytes.length });
    const scope = last(2) === undefined ? '' : `${textOf(bytes, last(2))}.`;
    const proto3 = last(12) !== undefined && textOf(bytes, last(12)) === 'proto3';
    for (const message of all(4)) addMessage(lines, bytes, message, scope, proto3);
    for (const declared of all(5)) lines.enums.push(`${scope}${nameOf(bytes, declared)} ${JSON.stringify(enumRow(bytes, declared))}`);
  }
  return lines;
}
