import { bytesOf, numberOf } from '../scalars.ts';
import { allOf, counted, eachRule, type Rule } from './rule.ts';

/** Undefined for what is neither bytes nor base64: that is for the codec to say. */
function lengthOf(value: unknown): number | undefined {
  try {
    return bytesOf(value).length;
  } catch {
    return undefined;
  }
}

/** BytesRules. */
export function bytesRule(bytes: Uint8Array): Rule {
  const rules: Rule[] = [];
  eachRule('bytes', bytes, (number, reader) => {
    if (number !== 2 && number !== 3) return false;
    const bound = numberOf(reader.uint64());
    const fault = number === 2 ? `must have at least ${counted(bound, 'byte')}` : `must have at most ${counted(bound, 'byte')}`;
    rules.push((value) => {
      const length = lengthOf(value) ?? bound;
      return (number === 2 ? length < bound : length > bound) ? fault : undefined;
    });
    return true;
  });
  return allOf(rules);
}
