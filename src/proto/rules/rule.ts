// Rules of validate.proto as functions:
// https://github.com/bufbuild/protoc-gen-validate/blob/main/validate/validate.proto
import protobuf from 'protobufjs/minimal.js';

/** What a value should be and is not, as the end of a sentence ("must not be empty"), or undefined where all is well. */
export type Rule = (value: unknown) => string | undefined;

/**
 * Calls `visit` with the number of each field in serialized rules; `visit` reads the value and returns true.
 * Throws where it does not: a rule that nobody checks would let through what Envoy refuses.
 */
export function eachRule(kind: string, bytes: Uint8Array, visit: (number: number, reader: protobuf.Reader) => boolean): void {
  const reader = protobuf.Reader.create(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  while (reader.pos < reader.len) {
    const number = reader.tag() >>> 3;
    if (!visit(number, reader)) throw new Error(`there is no check for rule ${number} of ${kind} in validate.proto`);
  }
}

/** The first of these that objects has the word. */
export function allOf(rules: readonly Rule[]): Rule {
  const [only, ...others] = rules;
  if (only === undefined) return () => undefined;
  if (others.length === 0) return only;
  return (value) => {
    for (const rule of rules) {
      const objection = rule(value);
      if (objection !== undefined) return objection;
    }
    return undefined;
  };
}

/** `rule`, but what is empty passes. */
export function unlessEmpty(rule: Rule, isEmpty: (value: unknown) => boolean): Rule {
  return (value) => (isEmpty(value) ? undefined : rule(value));
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
