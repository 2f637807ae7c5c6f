import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import protobuf from 'protobufjs';
// oxlint-disable-next-line import/no-unassigned-import -- it adds Root.fromDescriptor
import 'protobufjs/ext/descriptor.js';
import { decode, encode, type MessageName } from '../../src/proto/codec.ts';
import { messageDescriptors } from '../../src/proto/gen/descriptors.ts';
import { arbitraryMessage, arbitraryName } from './arbitrary-message.ts';

interface Case {
  readonly name: MessageName;
  readonly message: unknown;
}

const anyCase: fc.Arbitrary<Case> = arbitraryName.chain((name) => arbitraryMessage(name).map((message) => ({ name, message })));

/** Members of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('for every message', () => {
  test('encode, decode, encode gives equal bytes, and decode an equal message', () => {
    fc.assert(
      fc.property(anyCase, ({ name, message }) => {
        const bytes = encode(name, message);
        const decoded = decode(name, bytes);
        const again = encode(name, decoded);
        assert.deepEqual(again, bytes);
        assert.deepEqual(decode(name, again), decoded);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of members does not matter', () => {
    fc.assert(fc.property(anyCase, ({ name, message }) => assert.deepEqual(encode(name, reversed(message)), encode(name, message))));
  });

  test('the decoded form is JSON', () => {
    fc.assert(
      fc.property(anyCase, ({ name, message }) => {
        const bytes = encode(name, message);
        const json = JSON.stringify(decode(name, bytes));
        assert.deepEqual(encode(name, JSON.parse(json)), bytes);
      }),
    );
  });

  test('protobufjs reads the same bytes, and writes them back', () => {
    const root = protobuf.Root.fromDescriptor(Buffer.from(messageDescriptors, 'base64'));
    fc.assert(
      fc.property(anyCase, ({ name, message }) => {
        const bytes = encode(name, message);
        const type = root.lookupType(name);
        const written = type.encode(type.decode(bytes)).finish();
        // Not in the same order where a map has keys such as "1": objects have these first.
        assert.equal(written.length, bytes.length);
        assert.deepEqual(encode(name, decode(name, written)), bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('bytes that are none fail with the name of the type, and do no other harm', () => {
    fc.assert(
      fc.property(arbitraryName, fc.uint8Array({ maxLength: 40 }), (name, bytes) => {
        try {
          decode(name, bytes);
        } catch (error) {
          assert.ok(error instanceof Error && error.message.startsWith(`${name}: `), String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
