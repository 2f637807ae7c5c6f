import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { KubeEvent } from '../../src/kube/event.ts';
import { type Change, FolderContents } from '../../src/kube/folder/contents.ts';
import { rank } from '../../src/kube/folder/ranks.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { Problem } from '../../src/model/problem.ts';
import { ingressYaml } from './support/objects.ts';

function orderOf(object: KubeObject | undefined): number {
  return object?.metadata.origin?.order ?? NaN;
}

/** What a store and a list of problems hold after some events. */
class Listener {
  readonly objects = new Map<string, KubeObject>();
  readonly problems = new Map<string, readonly Problem[]>();

  hear(events: readonly KubeEvent[]): void {
    for (const event of events) {
      if (event.type === 'upsert') this.objects.set(event.key, event.object);
      if (event.type === 'delete') assert.ok(this.objects.delete(event.key), 'deleted what was not there');
      if (event.type === 'problems' && event.problems.length > 0) this.problems.set(event.origin, event.problems);
      if (event.type === 'problems' && event.problems.length === 0) this.problems.delete(event.origin);
    }
  }

  /** Objects in their order; of lines and numbers only the order matters. */
  view(): unknown {
    const sorted = [...this.objects.values()].toSorted((one, other) => orderOf(one) - orderOf(other));
    const plain = sorted.map((object) => ({ ...object, metadata: { ...object.metadata, origin: object.metadata.origin?.file } }));
    return { objects: plain, problems: new Map([...this.problems].toSorted(([one], [other]) => (one < other ? -1 : 1))) };
  }
}

const fileText = fc
  .array(fc.tuple(fc.constantFrom('web', 'api', 'db', 'ui', 'x', 'y'), fc.constantFrom('a.com', 'b.com')), { maxLength: 4 })
  .map((documents) => documents.map(([name, host]) => ingressYaml(name, host)).join('---\n'));

const change = fc.record({
  file: fc.constantFrom('a.yaml', 'b.yaml', 'c/d.yaml'),
  content: fc.option(
    fileText.map((text) => ({ text })),
    { nil: undefined, freq: 4 },
  ),
});

test('after any sequence of saves, what was told equals a fresh reading, in the same order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (batches) => {
      const contents = new FolderContents();
      const listener = new Listener();
      const files = new Map<string, Change>();
      for (const batch of batches) {
        listener.hear(contents.update(batch));
        for (const saved of batch) files.set(saved.file, saved);
      }
      const fresh = new Listener();
      fresh.hear(new FolderContents().update([...files.values()]));
      assert.deepEqual(listener.view(), fresh.view());
    }),
    { numRuns: 300 },
  );
});

test('objects can be put before others without end', () => {
  const contents = new FolderContents();
  const listener = new Listener();
  const names: string[] = ['last'];
  listener.hear(contents.update([{ file: 'a.yaml', content: { text: ingressYaml('first') } }]));
  for (let index = 0; index < 80; index += 1) {
    names.unshift(`n${index}`);
    listener.hear(contents.update([{ file: 'b.yaml', content: { text: names.map((name) => ingressYaml(name)).join('---\n') } }]));
  }
  const orders = ['first', ...names].map((name) => orderOf(listener.objects.get(`shop/${name}`)));
  assert.deepEqual(
    orders,
    orders.toSorted((one, other) => one - other),
  );
  assert.equal(new Set(orders).size, 82);
});

test('ranks grow, and those that can stay do', () => {
  assert.deepEqual(rank([undefined, undefined]), [0, 1]);
  assert.deepEqual(rank([undefined, 0, 1]), [-1, 0, 1]);
  assert.deepEqual(rank([0, undefined, 1]), [0, 0.5, 1]);
  assert.deepEqual(rank([0, 1, undefined, undefined]), [0, 1, 2, 3]);
  assert.deepEqual(rank([4, 0, 1, 7]), [4, 5, 6, 7]);
  assert.deepEqual(rank([1, undefined, 1 + Number.EPSILON]), [0, 1, 2]);
});
