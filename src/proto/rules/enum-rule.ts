import { enumSchema } from '../registry.ts';
import { eachRule, type Rule } from './rule.ts';

/** EnumRules, on names and numbers alike. A name that there is not passes: that is for the codec to say. */
export function enumRule(typeName: string, bytes: Uint8Array): Rule {
  const { names, numbers } = enumSchema(typeName);
  const allowed: number[] = [];
  const forbidden: number[] = [];
  let definedOnly = false;
  eachRule('enum', bytes, (number, reader) => {
    if (number === 1 || number === 3) allowed.push(reader.int32());
    else if (number === 2) definedOnly = reader.bool();
    else if (number === 4) forbidden.push(reader.int32());
    else return false;
    return true;
  });
  const print = (number: number): string => names.get(number) ?? String(number);
  return (value) => {
    const number = typeof value === 'string' ? numbers.get(value) : value;
    if (typeof number !== 'number') return undefined;
    if (definedOnly && !names.has(number)) return `must be a value that ${typeName} has, not ${number}`;
    if (allowed.length > 0 && !allowed.includes(number)) return `must be ${allowed.map(print).join(' or ')}, not ${print(number)}`;
    return forbidden.includes(number) ? `must not be ${print(number)}` : undefined;
  };
}
