import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReferenceCounts } from '../../src/snapshot/references.ts';
import type { Reference, Resource } from '../../src/snapshot/resource.ts';
import { ResourceTable } from '../../src/snapshot/resource-table.ts';
import { type Change, emptyResourceSet, type ResourceSet } from '../../src/snapshot/snapshot.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const clusters = fc.uniqueArray(fc.constantFrom(...names));
/** The clusters that there are, and to which of them each scope leads; undefined: there is no such scope. */
const worlds = fc.record({ there: clusters, led: fc.array(fc.option(clusters), { minLength: 3, maxLength: 3 }) });
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

let version = 0;

function resourcesOf({ there, led }: World): ResourceSet {
  const resource = (type: Resource['type'], name: string, references: readonly Reference[]): [string, Resource] => [
    name,
    { type, name, references, version: String(version++), bytes: Buffer.of(), sources: [] },
  ];
  const scopes = led.flatMap((to, index) => (to === null ? [] : [resource('scopes', String(index), to.map(cluster))]));
  return {
    ...emptyResourceSet,
    clusters: ResourceTable.empty.with(new Map(there.map((name) => resource('clusters', name, [])))),
    scopes: ResourceTable.empty.with(new Map(scopes)),
  };
}

function cluster(name: string): Reference {
  return { type: 'clusters', name };
}

function changesBetween(before: ResourceSet, after: ResourceSet): readonly Change[] {
  return (['clusters', 'scopes'] as const).flatMap((type) =>
    [...new Set([...before[type].values(), ...after[type].values()].map(({ name }) => name))].map((name): Change => {
      const [old, fresh] = [before[type].get(name), after[type].get(name)];
      return { type, name, ...(old && { before: old }), ...(fresh && { after: fresh }) };
    }),
  );
}

test('what a change leaves dangling is found, whatever changes came before, and after one was taken back', () => {
  fc.assert(
    fc.property(fc.array(worlds, { maxLength: 8 }), (sequence) => {
      const counts = new ReferenceCounts();
      let current = emptyResourceSet;
      for (const world of sequence) {
        const next = resourcesOf(world);
        const expected = world.led.flatMap(
          (to, index) => to?.filter((name) => !world.there.includes(name)).map((name) => `${index} ${name}`) ?? [],
        );
        const changes = changesBetween(current, next);
        const found = counts.apply(changes, next).map(({ from, to }) => `${from.name} ${to.name}`);
        assert.deepEqual([...new Set(found)].sort(), expected.sort());
        if (found.length === 0) current = next;
        else counts.apply(changesBetween(next, current), current);
      }
    }),
  );
});
