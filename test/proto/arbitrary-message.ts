// Any message of any generated type, for properties.
import * as fc from 'fast-check';
import type { MessageName } from '../../src/proto/codec.ts';
import { ENUM, enumSchema, type FieldSchema, MESSAGE, messageSchema } from '../../src/proto/registry.ts';
import { generatedModel } from './generated-model.ts';

type Arbitrary = fc.Arbitrary<unknown>;

const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const unsigned = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const signed = (bits: number) => fc.bigInt(-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n);
const int32 = signed(32).map(Number);
const uint32 = unsigned(32).map(Number);
const long = (exact: fc.Arbitrary<bigint>) => exact.map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)));
const bytes = fc.uint8Array({ maxLength: 5 });
// Not -0, which JSON.stringify makes 0.
const positiveZero = (value: number) => value + 0;
const float = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(positiveZero),
  fc.constantFrom('NaN', 'Infinity', '-Infinity'),
);
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(positiveZero),
  fc.constantFrom('NaN', 'Infinity', '-Infinity'),
);

const scalars: Readonly<Record<number, Arbitrary>> = {
  1: double,
  2: float,
  3: long(signed(64)),
  4: long(unsigned(64)),
  5: int32,
  6: long(unsigned(64)),
  7: uint32,
  8: fc.boolean(),
  9: text,
  12: fc.oneof(
    bytes,
    bytes.map((value) => Buffer.from(value).toString('base64')),
  ),
  13: uint32,
  15: int32,
  16: long(signed(64)),
  17: int32,
  18: long(signed(64)),
};

const json = fc.json({ maxDepth: 2 }).map((value): unknown => JSON.parse(value));
const seconds = fc.tuple(fc.constantFrom('', '-'), fc.integer({ min: 0, max: 315_576_000_000 }), fc.integer({ min: 1, max: 999_999_999 }));
const fieldMask = fc.string({ unit: fc.constantFrom('a', 'B', '.'), maxLength: 4 }).filter((path) => /^(?:[a-z]\w*(?:\.|$))*$/.test(path));

const wellKnown: Readonly<Record<string, Arbitrary>> = {
  BoolValue: fc.boolean(),
  BytesValue: bytes,
  DoubleValue: double,
  Duration: seconds.map(([sign, whole, nanos]) => `${sign}${whole}.${String(nanos).padStart(9, '0')}s`),
  FieldMask: fieldMask,
  FloatValue: float,
  Int32Value: int32,
  Int64Value: long(signed(64)),
  ListValue: fc.array(json, { maxLength: 3 }),
  StringValue: text,
  Struct: fc.dictionary(text, json, { maxKeys: 3 }),
  Timestamp: fc
    .date({ min: new Date(-62_135_596_800_000), max: new Date(253_402_300_799_999), noInvalidDate: true })
    .map((date) => date.toISOString()),
  UInt32Value: uint32,
  UInt64Value: long(unsigned(64)),
  Value: json,
};

function arbitraryValue({ type, typeName }: FieldSchema, depth: number): Arbitrary {
  if (type === ENUM)
    return typeName === 'google.protobuf.NullValue' ? fc.constant(null) : fc.constantFrom(...enumSchema(typeName).numbers.keys());
  if (type === MESSAGE) return fc.constant(undefined).chain(() => arbitraryMessage(typeName, depth + 1));
  return scalars[type] ?? fc.constant(undefined);
}

function keyArbitrary({ type }: FieldSchema): fc.Arbitrary<string> {
  return (scalars[type] ?? text).map(String);
}

function arbitraryField(field: FieldSchema, depth: number): Arbitrary {
  const entry = field.repeated && field.type === MESSAGE ? messageSchema(field.typeName) : undefined;
  const [key, value] = entry?.isMapEntry === true ? entry.fields : [];
  if (key !== undefined && value !== undefined) return fc.dictionary(keyArbitrary(key), arbitraryValue(value, depth), { maxKeys: 3 });
  const single = arbitraryValue(field, depth);
  return field.repeated ? fc.array(single, { maxLength: 3 }) : single;
}

/** Of each oneof the first one only. */
function withoutRivals(chosen: readonly FieldSchema[]): FieldSchema[] {
  return chosen.filter(({ oneof }, index) => oneof < 0 || chosen.findIndex((other) => other.oneof === oneof) === index);
}

function chooseFields(fields: readonly FieldSchema[]): fc.Arbitrary<FieldSchema[]> {
  const length = { minLength: Math.min(2, fields.length), maxLength: Math.min(5, fields.length) };
  return fc.shuffledSubarray([...fields], length).map(withoutRivals);
}

const deepest = 3;

/** The JSON form of a message of type `name`: members in any order, Any in Any, bytes as bytes or as text. */
export function arbitraryMessage(name: string, depth = 0): Arbitrary {
  if (name === 'google.protobuf.Any') return depth > deepest ? fc.constant({}) : arbitraryAny(depth);
  const known = name.startsWith('google.protobuf.') ? wellKnown[name.slice('google.protobuf.'.length)] : undefined;
  if (known !== undefined) return known;
  const fields = messageSchema(name)?.fields ?? [];
  if (depth > deepest) return fc.constant({});
  return chooseFields(fields).chain((chosen) =>
    fc.record(Object.fromEntries(chosen.map((field) => [field.name, arbitraryField(field, depth)]))),
  );
}

function typed(name: string) {
  return { '@type': `type.googleapis.com/${name}` };
}

function arbitraryAny(depth: number): Arbitrary {
  const known = arbitraryName.chain((name) =>
    arbitraryMessage(name, depth + 1).map((message) =>
      special.has(name) ? { ...typed(name), value: message } : { ...typed(name), ...(message as object) },
    ),
  );
  const unknown = bytes.map((value) => ({ ...typed('unknown.Type'), value }));
  return fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: unknown });
}

const special = new Set(['Any', ...Object.keys(wellKnown)].map((name) => `google.protobuf.${name}`));

const names = [...generatedModel().messages.values()].filter(({ isMapEntry }) => !isMapEntry).map(({ name }) => name as MessageName);

/** The name of any message that has descriptors: many have few fields, so each second time one of those that hold the others. */
export const arbitraryName: fc.Arbitrary<MessageName> = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom<MessageName[]>(
    'envoy.config.bootstrap.v3.Bootstrap',
    'envoy.config.cluster.v3.Cluster',
    'envoy.config.listener.v3.Listener',
    'envoy.config.route.v3.RouteConfiguration',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  ),
);
