import { numberOf } from '../scalars.ts';
import { allOf, counted, eachRule, type Rule, unlessEmpty } from './rule.ts';

type TextRule = (text: string) => string | undefined;

/** What the lengths of strings are counted in: a character outside the first 65,536 is one. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

// The expressions behind KnownRegex, as protoc-gen-validate has them: templates/shared/well_known.go in its source.
const headerName = /^:?[0-9a-zA-Z!#$%&'*+-.^_|~`]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const headerValue = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const headerText = /^[^\u0000\n\r]*$/;

function headerRule(known: number, strict: boolean): TextRule {
  if (!strict) {
    return (text) => (headerText.test(text) ? undefined : 'must hold no NUL, no line feed and no carriage return');
  }
  if (known === 1) return (text) => (headerName.test(text) ? undefined : 'must be the name of an HTTP header');
  return (text) => (headerValue.test(text) ? undefined : 'must hold no control character other than a tab');
}

function patternRule(pattern: string): TextRule {
  // Written for RE2; what occurs in Envoy's messages means the same here. A match is a match of the whole text.
  const expression = new RegExp(`^(?:${pattern})$`, 'us');
  return (text) => (expression.test(text) ? undefined : `must match ${pattern}`);
}

function minLength(least: number): TextRule {
  if (least === 1) return (text) => (text === '' ? 'must not be empty' : undefined);
  return (text) => (codePoints(text) < least ? `must have at least ${counted(least, 'character')}` : undefined);
}

function maxLength(most: number): TextRule {
  return (text) => (text.length > most && codePoints(text) > most ? `must have at most ${counted(most, 'character')}` : undefined);
}

/** StringRules. A value that is not a string passes: that is for the codec to say. */
export function textRule(bytes: Uint8Array): Rule {
  const rules: TextRule[] = [];
  const allowed: string[] = [];
  const forbidden: string[] = [];
  let known = 0;
  let strict = true;
  let ignoreEmpty = false;
  const add = (test: (text: string) => boolean, fault: string): number => rules.push((text) => (test(text) ? undefined : fault));
  eachRule('string', bytes, (number, reader) => {
    const length = (): number => numberOf(reader.uint64());
    if (number === 2) rules.push(minLength(length()));
    else if (number === 3) rules.push(maxLength(length()));
    else if (number === 4) {
      const least = length();
      add((text) => Buffer.byteLength(text) >= least, `must have at least ${counted(least, 'byte')}`);
    } else if (number === 5) {
      const most = length();
      add((text) => text.length * 3 <= most || Buffer.byteLength(text) <= most, `must have at most ${counted(most, 'byte')}`);
    } else if (number === 6) rules.push(patternRule(reader.string()));
    else if (number === 7) {
      const prefix = reader.string();
      add((text) => text.startsWith(prefix), `must begin with ${prefix}`);
    } else if (number === 8) {
      const suffix = reader.string();
      add((text) => text.endsWith(suffix), `must end with ${suffix}`);
    } else if (number === 10) allowed.push(reader.string());
    else if (number === 11) forbidden.push(reader.string());
    else if (number === 24) known = reader.int32();
    else if (number === 25) strict = reader.bool();
    else if (number === 26) ignoreEmpty = reader.bool();
    else return false;
    return true;
  });
  if (allowed.length > 0) add((text) => allowed.includes(text), `must be one of ${allowed.join(', ')}`);
  if (forbidden.length > 0) add((text) => !forbidden.includes(text), `must not be one of ${forbidden.join(', ')}`);
  if (known !== 0) rules.push(headerRule(known, strict));
  const rule = allOf(
    rules.map(
      (one): Rule =>
        (value) =>
          typeof value === 'string' ? one(value) : undefined,
    ),
  );
  return ignoreEmpty ? unlessEmpty(rule, (value) => value === '') : rule;
}

/** Text that has a UTF-8 form: Envoy does not parse a message that holds other text. */
export const wellFormed: Rule = (value) =>
  typeof value === 'string' && !value.isWellFormed() ? 'must be text that can be written in UTF-8' : undefined;
