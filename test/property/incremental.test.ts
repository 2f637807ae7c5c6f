// The property that guards everything incremental: whatever way a world came about, the same objects give the same bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeEvent } from '../../src/kube/event.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { Build, type BuildOptions } from '../../src/runtime/build.ts';
import { typeNames } from '../../src/snapshot/resource.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import { kindNames } from '../../src/kube/kinds.ts';
import { buildOptions, built } from '../support/build.ts';
import { certificateSecrets } from '../support/certificates.ts';
import { gatewayObjects } from './gateway-arbitrary.ts';
import { canaryIngress, ingress, metadata, naruClass, remove, service, slice, synced, upsert } from '../support/objects.ts';

const secrets = await certificateSecrets(['a.test', 'b.test']);
/** Nothing is left unread: the controller's own objects are named by its settings. */
const options: BuildOptions = {
  ...buildOptions,
  ingress: {
    ...defaultIngressOptions,
    configMap: 'shop/settings',
    defaultCertificate: 'shop/b.test',
    defaultBackendService: 'shop/three',
    topologyAwareRouting: true,
  },
};
const hosts = ['a.test', 'b.test', '*.test', undefined];
const services = ['one', 'two', 'three'];

const prefix = defaultIngressOptions.annotationsPrefix;
const time = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z');
const paths = fc.array(
  fc.record({
    path: fc.constantFrom('/', '/a', '/a/', '/a/b'),
    service: fc.constantFrom(...services, 'missing'),
    type: fc.constantFrom('Exact' as const, 'Prefix' as const),
  }),
  { minLength: 1, maxLength: 3 },
);
const ingresses = fc
  .record({
    name: fc.constantFrom('i1', 'i2', 'i3', 'i4'),
    host: fc.constantFrom(...hosts),
    paths,
    weight: fc.option(fc.constantFrom(0, 30, 100, 'wrong')),
    className: fc.constantFrom('naru', 'naru', 'other'),
    tls: fc.constantFrom(
      [],
      [{ hosts: ['a.test'], secretName: 'a.test' }],
      [{ hosts: [], secretName: 'b.test' }],
      [{ hosts: ['b.test'], secretName: 'none' }],
    ),
    defaultService: fc.option(fc.constantFrom(...services)),
    creationTimestamp: time,
    annotations: fc.dictionary(
      fc
        .constantFrom(
          ...['proxy-read-timeout', 'ssl-redirect', 'force-ssl-redirect', 'proxy-buffering', 'use-regex', 'rewrite-target', 'server-alias'],
          ...['from-to-www-redirect', 'default-backend', 'custom-http-errors', 'mirror-target', 'ssl-passthrough', 'app-root'],
        )
        .map((name) => `${prefix}/${name}`),
      fc.constantFrom('true', 'false', '7', 'wrong', 'b.test', 'a.test,c.test', '/$1', '404', 'http://copy.test', ...services),
    ),
  })
  .map(({ weight, host, defaultService, creationTimestamp, annotations, ...rest }) => {
    const sketch = {
      ...rest,
      ...(host === undefined ? {} : { host }),
      ...(defaultService === null ? {} : { defaultService }),
      metadata: { creationTimestamp, annotations },
    };
    return weight === null ? ingress(sketch) : canaryIngress({ ...sketch, weight });
  });
const slices = fc
  .record({
    service: fc.constantFrom(...services),
    name: fc.constantFrom('s1', 's2', 's3'),
    addresses: fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3']),
    ready: fc.boolean(),
  })
  .map(({ service: name, name: sliceName, addresses, ready }) => slice(sliceName, name, addresses, { ready }));
/** The controller's own, one that it may name, and one that is nobody's. */
const configMaps = fc
  .record({
    name: fc.constantFrom('settings', 'headers', 'other'),
    data: fc.dictionary(
      fc.constantFrom(
        'proxy-read-timeout',
        'hsts',
        'ssl-redirect',
        'use-gzip',
        'proxy-set-headers',
        'use-forwarded-headers',
        'X-Word',
        'nothing',
      ),
      fc.constantFrom('true', 'false', '7', 'shop/headers'),
    ),
  })
  .map(({ name, data }): KubeObject => ({ kind: 'ConfigMap', metadata: metadata(name), data }));
const object: fc.Arbitrary<KubeObject> = fc.oneof(
  { weight: 2, arbitrary: ingresses },
  slices,
  fc.record({ name: fc.constantFrom(...services), port: fc.constantFrom(80, 81) }).map(({ name, port }) => service(name, port)),
  fc.constantFrom(...secrets),
  configMaps,
  fc.constant(naruClass),
  { weight: 3, arbitrary: gatewayObjects },
  fc.constant({ ...naruClass, metadata: metadata('other', { namespace: '' }), spec: { controller: 'someone.else/controller' } }),
);
const event: fc.Arbitrary<KubeEvent> = fc.oneof({ weight: 4, arbitrary: object.map(upsert) }, { weight: 1, arbitrary: object.map(remove) });
const batches = fc.array(fc.array(event, { maxLength: 4 }), { maxLength: 12 });

/** Everything that Envoys and users get out of a build. */
function outcome(build: Build): unknown {
  const { current } = build;
  if (current === undefined) return undefined;
  const resources = typeNames.map((type) => [
    type,
    [...current.resources[type].values()].map(({ name, version }) => `${name} ${version}`).sort(),
  ]);
  return { hash: current.hash, resources, problems: build.problems() };
}

function objectsAfter(events: readonly KubeEvent[]): KubeObject[] {
  const objects = new Map<string, KubeObject>();
  for (const change of events) {
    if (change.type === 'upsert') objects.set(`${change.kind} ${change.key}`, change.object);
    if (change.type === 'delete') objects.delete(`${change.kind} ${change.key}`);
  }
  return [...objects.values()];
}

test('every kind takes part', () => {
  const kinds = new Set(fc.sample(object, { numRuns: 1000, seed: 1 }).map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), [...kindNames].sort());
});

test('after any sequence of batches the result is that of a build from nothing', () => {
  fc.assert(
    fc.property(batches, (sequence) => {
      const incremental = new Build(options);
      incremental.apply(synced);
      for (const batch of sequence) incremental.apply(batch);
      assert.deepEqual(outcome(incremental), outcome(built(objectsAfter(sequence.flat()), options)));
    }),
    { numRuns: 300 },
  );
});

test('the order in which objects arrive does not matter', () => {
  fc.assert(
    fc.property(
      batches
        .map((sequence) => objectsAfter(sequence.flat()))
        .chain((objects) => fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length }))),
      ([objects, shuffled]) => {
        assert.deepEqual(outcome(built(shuffled, options)), outcome(built(objects, options)));
      },
    ),
    { numRuns: 200 },
  );
});
