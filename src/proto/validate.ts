// What Envoy refuses of a message before it looks at what it means: the constraints that Envoy's .proto files state as
// validate.rules. https://github.com/bufbuild/protoc-gen-validate#constraint-rules
import type { MessageName, Messages } from './gen/messages.ts';
import { isPacked, messageCodec } from './message-codec.ts';
import { type FieldSchema, MESSAGE, type MessageSchema, messageSchema } from './registry.ts';
import { type FieldRules, readFieldRules } from './rules/field-rules.ts';
import { allOf, type Rule } from './rules/rule.ts';
import { wellFormed } from './rules/text-rule.ts';
import { isRecord, mapEntryOf } from './write-fields.ts';

export interface Violation {
  /** Where in the message, such as `routes[0].match.path`; empty for the message itself. */
  readonly path: string;
  /** What should be so and is not, such as `must not be empty`. Text values are not told: they may be secrets. */
  readonly rule: string;
}

type Inspect = (value: unknown) => readonly Violation[];

const none: readonly Violation[] = [];
const STRING = 9;

/**
 * What Envoy's proto constraints object to in `message`, in the form that `encode` takes; the first objection for each field.
 * What an Any holds is looked into, but for bytes that are encoded already. A value of a wrong type is for `encode` to refuse.
 */
export function violations<K extends MessageName>(type: K, message: Messages[K]): readonly Violation[] {
  const found = inspectorOf(type)(message);
  return found.length === 0 ? none : found.map(({ path, rule }) => ({ path: path.replace(/^\./, ''), rule }));
}

const inspectors = new Map<string, Inspect>();

function inspectorOf(name: string): Inspect {
  const known = inspectors.get(name);
  if (known !== undefined) return known;
  const made = name === 'google.protobuf.Any' ? inspectAny : makeInspector(name);
  inspectors.set(name, made);
  return made;
}

function makeInspector(name: string): Inspect {
  // Messages whose JSON form is a value of its own (wrappers, Duration, Struct) have no rules.
  const schema = messageCodec(name)?.beside === undefined ? undefined : messageSchema(name);
  if (schema === undefined || schema.isUnchecked) return () => none;
  return inspectFields(schema);
}

function inspectAny(value: unknown): readonly Violation[] {
  if (!isRecord(value) || isPacked(value)) return none;
  const url = value['@type'];
  return typeof url === 'string' ? inspectorOf(url.slice(url.lastIndexOf('/') + 1))(value) : none;
}

/** A field that breaks a rule by being absent. */
interface Demand {
  readonly name: string;
  readonly violation: Violation;
}

function inspectFields(schema: MessageSchema): Inspect {
  const prepared = new Map<string, Inspect | undefined>();
  const prepare = (name: string): Inspect | undefined => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    const made = field === undefined ? undefined : inspectField(field);
    prepared.set(name, made);
    return made;
  };
  const demands = schema.fields.flatMap((field) => demandOf(field) ?? []);
  const oneofs = schema.oneofs.flatMap(({ required }, index) => (required ? [requiredOneof(schema, index)] : []));
  return (message) => {
    if (!isRecord(message)) return none;
    let found = none;
    for (const name of Object.keys(message)) {
      const value = message[name];
      if (value === undefined || value === null) continue;
      const inspect = prepared.has(name) ? prepared.get(name) : prepare(name);
      const objections = inspect?.(value) ?? none;
      if (objections.length > 0) found = [...found, ...within(`.${name}`, objections)];
    }
    for (const { name, violation } of demands) {
      if (message[name] === undefined || message[name] === null) found = [...found, violation];
    }
    for (const { members, violation } of oneofs) {
      if (!members.some((name) => message[name] !== undefined && message[name] !== null)) found = [...found, violation];
    }
    return found;
  };
}

function within(part: string, objections: readonly Violation[]): readonly Violation[] {
  return objections.map(({ path, rule }) => ({ path: part + path, rule }));
}

function rulesOf({ rules, typeName }: FieldSchema): FieldRules {
  return rules === undefined ? { required: false, skip: false } : readFieldRules(rules, typeName);
}

/** What is wrong where the field is absent: it is required, or its default breaks its rules. */
function demandOf(field: FieldSchema): Demand | undefined {
  if (field.rules === undefined || field.oneof >= 0) return undefined;
  const { required, value, whole } = rulesOf(field);
  const rule = required
    ? 'must be set'
    : field.repeated
      ? whole?.(mapEntryOf(field) === undefined ? [] : {})
      : field.presence
        ? undefined
        : value?.(defaultOf(field));
  return rule === undefined ? undefined : { name: field.name, violation: { path: `.${field.name}`, rule } };
}

const BOOL = 8;
const BYTES = 12;

function defaultOf({ type }: FieldSchema): unknown {
  if (type === STRING || type === BYTES) return '';
  return type === BOOL ? false : 0;
}

function requiredOneof({ fields }: MessageSchema, index: number) {
  const members = fields.filter(({ oneof }) => oneof === index).map(({ name }) => name);
  const rule = `must have ${members.length === 1 ? '' : 'one of '}${members.join(', ')}`;
  return { members, violation: { path: '', rule } };
}

function inspectField(field: FieldSchema): Inspect | undefined {
  const rules = rulesOf(field);
  const entry = mapEntryOf(field);
  if (entry !== undefined) return inspectMap(rules, entry);
  const { whole, each } = rules;
  if (!field.repeated) return inspectSingle(field, rules);
  const inspectElement = inspectSingle(field, each ?? { required: false, skip: rules.skip });
  if (whole === undefined && inspectElement === undefined) return undefined;
  return (list) => {
    if (!Array.isArray(list)) return none;
    const rule = whole?.(list);
    if (rule !== undefined) return [{ path: '', rule }];
    if (inspectElement === undefined) return none;
    let found = none;
    for (let index = 0; index < list.length; index++) {
      const objections = inspectElement(list[index]);
      if (objections.length > 0) found = [...found, ...within(`[${index}]`, objections)];
    }
    return found;
  };
}

function inspectMap({ whole, key, each, skip }: FieldRules, [keyField, valueField]: readonly [FieldSchema, FieldSchema]): Inspect {
  const keyRule = allOf([...(keyField.type === STRING ? [wellFormed] : []), ...(key === undefined ? [] : [key])]);
  const inspectValue = inspectSingle(valueField, each ?? { required: false, skip });
  return (map) => {
    if (!isRecord(map)) return none;
    const rule = whole?.(map);
    if (rule !== undefined) return [{ path: '', rule }];
    let found = none;
    for (const name of Object.keys(map)) {
      if (map[name] === undefined) continue;
      const keyFault = keyRule(name);
      const objections = keyFault === undefined ? (inspectValue?.(map[name]) ?? none) : [{ path: '', rule: `the key ${keyFault}` }];
      if (objections.length > 0) found = [...found, ...within(`[${JSON.stringify(name)}]`, objections)];
    }
    return found;
  };
}

/** Undefined where nothing can be wrong. */
function inspectSingle(field: FieldSchema, { value, skip }: FieldRules): Inspect | undefined {
  const rules = [...(field.type === STRING ? [wellFormed] : []), ...(value === undefined ? [] : [value])];
  const rule: Rule | undefined = rules.length === 0 ? undefined : allOf(rules);
  const fault: Inspect | undefined =
    rule === undefined
      ? undefined
      : (content) => {
          const objection = rule(content);
          return objection === undefined ? none : [{ path: '', rule: objection }];
        };
  if (field.type !== MESSAGE || skip) return fault;
  const { typeName } = field;
  if (fault !== undefined) return fault;
  // Found when the first message of the type is met: types contain each other.
  let inspect: Inspect | undefined;
  return (message) => {
    inspect ??= inspectorOf(typeName);
    return inspect(message);
  };
}
