import { numberOf } from '../scalars.ts';
import { bytesRule } from './bytes-rule.ts';
import { durationRule } from './duration-rule.ts';
import { enumRule } from './enum-rule.ts';
import { numberKinds, numberRule } from './number-rule.ts';
import { counted, eachRule, type Rule } from './rule.ts';
import { textRule } from './text-rule.ts';

/** What one field must keep to, taken apart by what each rule is about. */
export interface FieldRules {
  /** The field must be set. */
  required: boolean;
  /** The message in the field is not looked into. */
  skip: boolean;
  /** On the value of a single field. */
  value?: Rule;
  /** On a list as a whole, or on an object as a map. */
  whole?: Rule;
  /** On each element of a list, or each value of a map. */
  each?: FieldRules;
  /** On each key of a map. */
  key?: Rule;
}

const repeated = 18;
const map = 19;

/** The serialized FieldRules of a field whose enum, if it is one, is `enumName`. */
export function readFieldRules(bytes: Uint8Array, enumName: string): FieldRules {
  const rules: FieldRules = { required: false, skip: false };
  eachRule('fields', bytes, (number, reader) => {
    const content = reader.bytes();
    const kind = numberKinds[number - 1];
    if (kind !== undefined) rules.value = numberRule(kind, content);
    else if (number === 13) rules.value = boolRule(content);
    else if (number === 14) rules.value = textRule(content);
    else if (number === 15) rules.value = bytesRule(content);
    else if (number === 16) rules.value = enumRule(enumName, content);
    else if (number === 17) readMessageRules(content, rules);
    else if (number === repeated || number === map) readCollectionRules(number, content, enumName, rules);
    else if (number === 20) readAnyRules(content, rules);
    else if (number === 21) readDurationRules(content, rules);
    else return false;
    return true;
  });
  return rules;
}

function boolRule(bytes: Uint8Array): Rule {
  let wanted: boolean | undefined;
  eachRule('bool', bytes, (number, reader) => {
    wanted = reader.bool();
    return number === 1;
  });
  return (value) => (typeof value === 'boolean' && value !== wanted ? `must be ${wanted}` : undefined);
}

function readMessageRules(bytes: Uint8Array, rules: FieldRules): void {
  eachRule('message', bytes, (number, reader) => {
    if (number === 1) rules.skip = reader.bool();
    else if (number === 2) rules.required = reader.bool();
    else return false;
    return true;
  });
}

function readAnyRules(bytes: Uint8Array, rules: FieldRules): void {
  eachRule('any', bytes, (number, reader) => {
    rules.required = reader.bool();
    return number === 1;
  });
}

function readDurationRules(bytes: Uint8Array, rules: FieldRules): void {
  rules.value = durationRule(bytes, () => {
    rules.required = true;
  });
}

interface Collection {
  least: number;
  most: number;
  unique: boolean;
}

/** RepeatedRules and MapRules: bounds on the number, then what holds for each. */
function readCollectionRules(kind: typeof repeated | typeof map, bytes: Uint8Array, enumName: string, rules: FieldRules): void {
  const found: Collection = { least: 0, most: Number.POSITIVE_INFINITY, unique: false };
  eachRule(kind === repeated ? 'repeated' : 'map', bytes, (number, reader) => {
    if (number === 1) found.least = numberOf(reader.uint64());
    else if (number === 2) found.most = numberOf(reader.uint64());
    else if (number === 3 && kind === repeated) found.unique = reader.bool();
    else if (number === 4 && kind === repeated) rules.each = readFieldRules(reader.bytes(), enumName);
    else if (number === 4) rules.key = readFieldRules(reader.bytes(), enumName).value ?? (() => undefined);
    else if (number === 5 && kind === map) rules.each = readFieldRules(reader.bytes(), enumName);
    else return false;
    return true;
  });
  rules.whole = sizeRule(found, kind === repeated ? 'element' : 'entry');
}

function sizeRule({ least, most, unique }: Collection, what: string): Rule {
  return (value) => {
    const list = Array.isArray(value) ? value : Object.keys(value ?? {});
    if (list.length < least) return least === 1 ? 'must not be empty' : `must have at least ${counted(least, what)}`;
    if (list.length > most) return `must have at most ${counted(most, what)}`;
    return unique && new Set(list).size < list.length ? 'must hold nothing twice' : undefined;
  };
}
