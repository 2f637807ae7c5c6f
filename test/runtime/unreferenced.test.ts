// The cost of an event is that of what reads it: where nothing does, no row is computed and nothing is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { Build } from '../../src/runtime/build.ts';
import { DerivedTable } from '../../src/store/derived-table.ts';
import { built } from '../support/build.ts';
import { certificateSecrets } from '../support/certificates.ts';
import { ingress, metadata, naruClass, remove, service, slice, upsert } from '../support/objects.ts';

const served: readonly KubeObject[] = [
  naruClass,
  service('web'),
  slice('web-1', 'web', ['10.0.0.1']),
  ingress({ name: 'web', host: 'shop.test', paths: [{ path: '/', service: 'web' }] }),
];

/** How many rows of each table were computed since the start. */
function computed({ assembly }: Build): Readonly<Record<string, number>> {
  const tables = assembly.tables.filter((table) => table instanceof DerivedTable);
  assert.ok(tables.length > 20);
  return Object.fromEntries(tables.map((table, index) => [`${index} ${table.name}`, table.computed]));
}

test('an object that nothing refers to costs nothing, whatever becomes of it', async () => {
  const [secret] = await certificateSecrets(['other.test']);
  assert.ok(secret !== undefined);
  const build = built(served);
  const before = computed(build);
  const { current } = build;
  const unreferenced: readonly (readonly [KubeObject, KubeObject])[] = [
    [service('other'), service('other', 81)],
    [slice('other-1', 'other', ['10.0.0.9']), slice('other-1', 'other', ['10.0.0.8'])],
    [secret, { ...secret, data: {} }],
    [
      { kind: 'ConfigMap', metadata: metadata('other'), data: {} },
      { kind: 'ConfigMap', metadata: metadata('other'), data: { hsts: 'true' } },
    ],
    [
      { ...naruClass, metadata: metadata('other', { namespace: '' }) },
      { ...naruClass, metadata: metadata('other', { namespace: '' }), spec: { controller: 'example.com/other' } },
    ],
  ];
  for (const [first, second] of unreferenced) {
    for (const event of [upsert(first), upsert(second), remove(second)]) assert.equal(build.apply([event]).snapshot, undefined);
  }
  assert.deepEqual(computed(build), before);
  assert.equal(build.current, current);
});

test('an event that changes nothing of what is read costs nothing', () => {
  const build = built(served);
  const before = computed(build);
  for (const object of served) assert.equal(build.apply([upsert(object)]).snapshot, undefined);
  assert.deepEqual(computed(build), before);
});

test('of a Service that is referred to, only what follows from it is computed', () => {
  const build = built([
    ...served,
    ...Array.from({ length: 50 }, (_, index) => [
      service(`s${index}`),
      slice(`s${index}-1`, `s${index}`, ['10.0.1.1']),
      ingress({ name: `i${index}`, host: `h${index}.test`, paths: [{ path: '/', service: `s${index}` }] }),
    ]).flat(),
  ]);
  const before = Object.values(computed(build)).reduce((sum, count) => sum + count, 0);
  const { snapshot } = build.apply([upsert(slice('web-1', 'web', ['10.0.0.2']))]);
  const after = Object.values(computed(build)).reduce((sum, count) => sum + count, 0);
  assert.deepEqual(
    snapshot?.changes.map(({ type }) => type),
    ['endpoints'],
  );
  assert.ok(after - before <= 6, `${after - before} rows were computed`);
});
