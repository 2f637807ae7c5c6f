// One change to a message, of the kind that rules of validation are about.
import * as fc from 'fast-check';
import { ENUM, type FieldSchema, MESSAGE, messageSchema } from '../../src/proto/registry.ts';
import { mapEntryOf } from '../../src/proto/write-fields.ts';

type Json = Record<string, unknown>;

/** An object within a message, its type, and the way to it. */
interface Place {
  readonly type: string;
  readonly way: readonly (string | number)[];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Every object within `message`, itself included, that has a descriptor. */
function placesIn(message: Json, type: string, way: Place['way'] = []): Place[] {
  if (type === 'google.protobuf.Any') {
    const url = message['@type'];
    return typeof url === 'string' ? placesIn(message, url.slice(url.lastIndexOf('/') + 1), way) : [];
  }
  const fields = messageSchema(type)?.fields ?? [];
  if (type.startsWith('google.protobuf.')) return [];
  const within = fields.flatMap((field): Place[] => {
    const value = message[field.name];
    if (field.type !== MESSAGE || value === undefined || value === null) return [];
    const entry = mapEntryOf(field);
    const contentType = entry === undefined ? field.typeName : entry[1].typeName;
    const contents: [string | number, unknown][] = Array.isArray(value)
      ? [...value.entries()]
      : entry === undefined
        ? [['', value]]
        : Object.entries(value);
    return contents.flatMap(([key, content]) =>
      isJson(content) ? placesIn(content, contentType, [...way, field.name, ...(key === '' ? [] : [key])]) : [],
    );
  });
  return [{ type, way }, ...within];
}

const numbers = [0, 1, 2, 99, 100, 101, 199, 600, 65_535, 65_536, 2_147_483_647];
const durations = ['0s', '0.000000001s', '0.0005s', '0.001s', '1s', '-1s'];
const texts = [
  '',
  'a',
  ':a',
  'A-b',
  'a b',
  'a,b',
  '/a',
  '/a/',
  '/a?b',
  'a\nb',
  'a\u0000b',
  'a\u0001b',
  'a\tb',
  '%a%',
  'é',
  'http',
  'x'.repeat(2000),
];

function singleValue({ type, typeName }: FieldSchema): fc.Arbitrary<unknown> {
  if (typeName === 'google.protobuf.Duration') return fc.constantFrom(...durations);
  if (/^google\.protobuf\.(?:U?Int(?:32|64)|Double|Float)Value$/.test(typeName)) return fc.constantFrom(...numbers);
  if (typeName === 'google.protobuf.BoolValue' || type === 8) return fc.boolean();
  if (typeName === 'google.protobuf.StringValue' || type === 9) return fc.constantFrom(...texts);
  if (type === MESSAGE) return fc.constant({});
  if (type === ENUM) return fc.constantFrom(0, 1, 2, 3, 4, 77);
  if (type === 12) return fc.constantFrom('', 'YQ==');
  return fc.constantFrom(...numbers);
}

function valueFor(field: FieldSchema): fc.Arbitrary<unknown> {
  const entry = mapEntryOf(field);
  if (entry !== undefined) return fc.dictionary(fc.constantFrom('', 'a', 'envoy.lb'), singleValue(entry[1]), { maxKeys: 2 });
  const single = singleValue(field);
  const value = field.repeated ? fc.array(single, { maxLength: 3 }) : single;
  return fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary: value });
}

function set(message: Json, [part, ...rest]: Place['way'], edit: (place: Json) => Json): Json {
  if (part === undefined) return edit(message);
  const child = message[part] as Json;
  const changed = set(child, rest, edit);
  return Array.isArray(message) ? (message.with(Number(part), changed) as unknown as Json) : { ...message, [part]: changed };
}

/** A `type` like `message`, but for one field somewhere within it: set to something, or gone. */
export function arbitraryEdit<M>(type: string, message: M): fc.Arbitrary<{ readonly edited: M; readonly what: string }> {
  const places = placesIn(message as Json, type).filter((place) => (messageSchema(place.type)?.fields.length ?? 0) > 0);
  return fc.constantFrom(...places).chain((place) => {
    const fields = messageSchema(place.type)?.fields ?? [];
    // Where rules are stated is where the two can differ.
    const ruled = fields.filter(({ rules, oneof }) => rules !== undefined || oneof >= 0);
    const chosen = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...(ruled.length > 0 ? ruled : fields)) }, fc.constantFrom(...fields));
    return chosen.chain((field) =>
      valueFor(field).map((value) => ({
        edited: set(message as Json, place.way, (object) => edited(object, field, fields, value)) as M,
        what: `${[...place.way, field.name].join('.')} = ${JSON.stringify(value)?.slice(0, 60)}`,
      })),
    );
  });
}

function edited(object: Json, { name, oneof }: FieldSchema, fields: readonly FieldSchema[], value: unknown): Json {
  const rivals = new Set(oneof < 0 ? [] : fields.filter((field) => field.oneof === oneof).map((field) => field.name));
  const others = Object.entries(object).filter(([key]) => !rivals.has(key));
  return { ...Object.fromEntries(others), [name]: value };
}
