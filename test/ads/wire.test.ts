import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { frameDelta, frameSotw, type ResponseContent } from '../../src/ads/wire.ts';
import { any, decode, encode } from '../../src/proto/codec.ts';
import { typeUrls } from '../../src/snapshot/resource.ts';
import { fake } from './fake-resources.ts';

// Lengths on both sides of where a length takes one byte more.
const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(110, 127, 128, 16_370, 16_384, 70_000));
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const contents: fc.Arbitrary<ResponseContent> = fc.record({
  typeUrl: fc.constant(typeUrls.secrets),
  version: fc.string({ maxLength: 20 }),
  nonce: fc.string({ maxLength: 8 }),
  resources: fc.array(
    fc.tuple(name, length).map(([each, size]) => fake('secrets', each, 'x'.repeat(size))),
    { maxLength: 4 },
  ),
  removed: fc.array(name, { maxLength: 4 }),
});

/** Members without content are not written by the codec and not read either. */
function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)));
}

test('our codec reads the same from a framed response as from one it has encoded itself', () => {
  const type = 'envoy.extensions.transport_sockets.tls.v3.Secret';
  fc.assert(
    fc.property(contents, (content) => {
      const packed = content.resources.map(({ bytes }) => any(type, decode(type, bytes)));
      const common = { type_url: content.typeUrl, nonce: content.nonce };

      const sotw = 'envoy.service.discovery.v3.DiscoveryResponse';
      const whole = present({ ...common, version_info: content.version, resources: packed });
      assert.deepEqual(decode(sotw, frameSotw(content)), decode(sotw, encode(sotw, whole)));

      const delta = 'envoy.service.discovery.v3.DeltaDiscoveryResponse';
      const resources = content.resources.map(({ version, name: each }, index) => ({ name: each, version, resource: packed[index] }));
      const part = present({ ...common, system_version_info: content.version, resources, removed_resources: content.removed });
      assert.deepEqual(decode(delta, frameDelta(content)), decode(delta, encode(delta, part)));
    }),
    { numRuns: 100 },
  );
});

test('a response of many megabytes is framed right', () => {
  const resources = Array.from({ length: 40 }, (_, index) => fake('secrets', `s${index}`, 'x'.repeat(500_000)));
  const content = { typeUrl: typeUrls.secrets, version: '1-abc', nonce: '1', resources, removed: [] };
  assert.equal(decode('envoy.service.discovery.v3.DiscoveryResponse', frameSotw(content)).resources?.length, 40);
  assert.equal(decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', frameDelta(content)).resources?.length, 40);
});
