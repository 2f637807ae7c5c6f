// From Envoy's messages to bytes and back, one type of resource after the other: `node bench/encode.ts [--full] [--json FILE]`.
import { hash } from 'node:crypto';
import protobuf from 'protobufjs';
// oxlint-disable-next-line import/no-unassigned-import -- it adds Root.fromDescriptor
import 'protobufjs/ext/descriptor.js';
import { defaultIngressOptions } from '../src/ingress/options.ts';
import { type AnyMessage, decode, encode, type MessageName } from '../src/proto/codec.ts';
import { messageDescriptors } from '../src/proto/gen/descriptors.ts';
import { Build } from '../src/runtime/build.ts';
import { type Resource, type TypeName, typeNames, typeUrls } from '../src/snapshot/resource.ts';
import { Certificates, firstEvents } from './pass/objects.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, type Row, writeJson } from './support/report.ts';
import { quantile } from './support/statistics.ts';

const { full, json } = readArguments();
const ingresses = full ? 5_000 : 500;
const rounds = full ? 15 : 5;

async function resourcesOf(count: number): Promise<(type: TypeName) => readonly Resource[]> {
  const listen = { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 };
  const build = new Build({ fleet: 'bench', ingress: defaultIngressOptions, listen });
  const { snapshot } = build.apply(firstEvents(count, await Certificates.make()));
  if (snapshot === undefined) throw new Error('there is no snapshot');
  return (type) => [...snapshot.resources[type].values()];
}

/** Microseconds of one item, the median of all rounds. The first rounds run while V8 still compiles. */
function microseconds<T>(items: readonly T[], run: (item: T) => unknown): number {
  const times = Array.from({ length: rounds + 2 }, () => {
    const begin = performance.now();
    for (const item of items) run(item);
    return ((performance.now() - begin) * 1_000) / items.length;
  });
  return quantile(times.slice(2), 0.5);
}

const of = await resourcesOf(ingresses);
const reflection = protobuf.Root.fromDescriptor(Buffer.from(messageDescriptors, 'base64'));
const results = typeNames.flatMap((type): readonly Row[] => {
  const resources = of(type);
  if (resources.length === 0) return [];
  const name = typeUrls[type].slice(typeUrls[type].indexOf('/') + 1) as MessageName;
  const messages = resources.map(({ bytes }) => decode(name, bytes) as AnyMessage);
  const known = reflection.lookupType(name);
  // What is packed in an Any stays bytes here: less work than `encode` does.
  const plain = resources.map(({ bytes }) => known.toObject(known.decode(bytes)));
  const bytes = resources.reduce((sum, resource) => sum + resource.bytes.length, 0) / resources.length;
  const encodeUs = microseconds(messages, (message) => encode(name, message));
  return [
    {
      ...{ type, resources: resources.length, 'bytes of one': Math.round(bytes), 'encode µs': encodeUs, 'encode MB/s': bytes / encodeUs },
      'version µs': microseconds(resources, (resource) => hash('sha256', resource.bytes, 'base64url')),
      'decode µs': microseconds(resources, (resource) => decode(name, resource.bytes)),
      'protobufjs encodes µs': microseconds(plain, (message) => known.encode(known.fromObject(message)).finish()),
    },
  ];
});
printTable(`Resources of ${ingresses} Ingresses`, results);
writeJson(json, { benchmark: 'encode', ingresses, results });
