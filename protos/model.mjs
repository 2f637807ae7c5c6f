// FileDescriptorProtos as plain objects: only what closure and types need.
// Numbers are those of https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto
import { fieldsOf, textOf } from './wire.mjs';

/**
 * @typedef {{name: string, number: number, repeated: boolean, type: number, typeName: string, deprecated: boolean}} Field
 * @typedef {{name: string, parent: string | undefined, file: string, fields: Field[], isMapEntry: boolean}} Message
 * @typedef {{name: string, parent: string | undefined, file: string, values: {name: string, number: number}[]}} Enum
 * @typedef {{name: string, file: string, uses: string[]}} Service
 * @typedef {{messages: Map<string, Message>, enums: Map<string, Enum>, services: Map<string, Service>}} Model
 */

const REPEATED = 3;

/** True if the options message between `from` and `to` has `number` set to true. */
function flag(bytes, { from, to }, number) {
  return fieldsOf(bytes, from, to).some((field) => field.number === number && field.value === 1);
}

function readMessageField(bytes, span) {
  const result = { name: '', number: 0, repeated: false, type: 0, typeName: '', deprecated: false };
  for (const field of fieldsOf(bytes, span.from, span.to)) {
    if (field.number === 1) result.name = textOf(bytes, field);
    if (field.number === 3) result.number = field.value;
    if (field.number === 4) result.repeated = field.value === REPEATED;
    if (field.number === 5) result.type = field.value;
    if (field.number === 6) result.typeName = textOf(bytes, field).slice(1);
    if (field.number === 8) result.deprecated = flag(bytes, field, 3);
  }
  return result;
}

export function nameOf(bytes, span) {
  const field = fieldsOf(bytes, span.from, span.to).find(({ number }) => number === 1);
  return field === undefined ? '' : textOf(bytes, field);
}

function readEnum(model, bytes, span, scope, { parent, file }) {
  const name = scope + nameOf(bytes, span);
  const values = [];
  for (const { number, from, to } of fieldsOf(bytes, span.from, span.to)) {
    if (number !== 2) continue;
    const numberField = fieldsOf(bytes, from, to).find((field) => field.number === 2);
    values.push({ name: nameOf(bytes, { from, to }), number: numberField?.value ?? 0 });
  }
  model.enums.set(name, { name, parent, file, values });
}

function readMessage(model, bytes, span, scope, { parent, file }) {
  const name = scope + nameOf(bytes, span);
  const message = { name, parent, file, fields: [], isMapEntry: false };
  model.messages.set(name, message);
  for (const field of fieldsOf(bytes, span.from, span.to)) {
    const inside = { parent: name, file };
    if (field.number === 2) message.fields.push(readMessageField(bytes, field));
    if (field.number === 3) readMessage(model, bytes, field, `${name}.`, inside);
    if (field.number === 4) readEnum(model, bytes, field, `${name}.`, inside);
    if (field.number === 7) message.isMapEntry = flag(bytes, field, 7);
  }
  message.fields.sort((a, b) => a.number - b.number);
}

function readService(model, bytes, span, scope, file) {
  const name = scope + nameOf(bytes, span);
  const methods = fieldsOf(bytes, span.from, span.to).filter(({ number }) => number === 2);
  const uses = methods.flatMap(({ from, to }) =>
    fieldsOf(bytes, from, to)
      .filter(({ number }) => number === 2 || number === 3)
      .map((field) => textOf(bytes, field).slice(1)),
  );
  model.services.set(name, { name, file, uses });
}

/** Everything declared in `files` (name -> bytes), by full name without a leading dot. @returns {Model} */
export function readModel(files) {
  const model = { messages: new Map(), enums: new Map(), services: new Map() };
  for (const [file, bytes] of files) {
    const fields = fieldsOf(bytes);
    const packageField = fields.find(({ number }) => number === 2);
    const scope = packageField === undefined ? '' : `${textOf(bytes, packageField)}.`;
    for (const field of fields) {
      if (field.number === 4) readMessage(model, bytes, field, scope, { parent: undefined, file });
      if (field.number === 5) readEnum(model, bytes, field, scope, { parent: undefined, file });
      if (field.number === 6) readService(model, bytes, field, scope, file);
    }
  }
  return model;
}
