// What is told of the last snapshots, and how many of them are kept with their resources.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SnapshotSummary } from '../../src/debug/view.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import { lastWriteOf } from '../../src/kube/last-write.ts';
import { History } from '../../src/runtime/history.ts';
import { RolloutTimes } from '../../src/runtime/rollout-times.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { built } from '../support/build.ts';
import { ingress, naruClass, remove, service, upsert } from '../support/objects.ts';

const shop = [naruClass, service('web'), ingress({ name: 'web', host: 'shop.test', paths: [{ path: '/', service: 'web' }] })];

function summaryOf(snapshot: Snapshot | undefined): SnapshotSummary | undefined {
  const history = new History();
  if (snapshot !== undefined) history.add(snapshot);
  return history.list()[0];
}

test('a snapshot knows the objects that led to it, what became of each, and who wrote it', () => {
  const build = built(shop);
  const api = ingress({ name: 'api', host: 'api.test', paths: [{ path: '/', service: 'web' }] });
  const by = { manager: 'kubectl-client-side-apply', at: Date.UTC(2026, 0, 2) };
  // The second is as it was, and led to nothing.
  const { snapshot } = build.apply([{ ...upsert(api), by } as KubeEvent, { ...upsert(service('web')), by } as KubeEvent]);
  assert.equal(snapshot?.cause, 'Ingress shop/api added by kubectl-client-side-apply');
  assert.deepEqual(summaryOf(snapshot)?.objects, [
    { kind: 'Ingress', namespace: 'shop', name: 'api', verb: 'added', by: 'kubectl-client-side-apply', at: by.at },
  ]);
  assert.deepEqual(summaryOf(snapshot)?.types, { scopes: { added: 1, changed: 0, removed: 0 } });
  assert.equal(build.apply([remove(api)]).snapshot?.cause, 'Ingress shop/api deleted');
  const several = build.apply(
    ['two', 'three'].map((name) => upsert(ingress({ name, host: `${name}.test`, paths: [{ path: '/', service: 'web' }] }))),
  ).snapshot;
  assert.equal(several?.cause, 'Ingress shop/two added and 1 more');
  assert.deepEqual(
    several.objects?.map(({ name, verb }) => [name, verb]),
    [
      ['two', 'added'],
      ['three', 'added'],
    ],
  );
  assert.equal(several.objectCount, 2);
});

test('of those who wrote an object the last is told, and who wrote more than its status first', () => {
  const entry = (manager: string, time: string, more: object = {}) => ({ manager, time, operation: 'Update', ...more });
  const object = (...managedFields: readonly object[]) => ({ metadata: { managedFields } });
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:07Z'];
  const expected = (manager: string, time: string) => ({ manager, at: Date.parse(time) });
  assert.deepEqual(lastWriteOf(object(entry('argo', late), entry('kubectl', early))), expected('argo', late));
  assert.deepEqual(lastWriteOf(object(entry('helm', late), entry('naru', late, { subresource: 'status' }))), expected('helm', late));
  assert.deepEqual(lastWriteOf(object(entry('helm', early), entry('cloud', late, { subresource: 'status' }))), expected('cloud', late));
  // Naru's own word is about what it has made, and changes nothing of that.
  assert.deepEqual(lastWriteOf(object(entry('helm', early), entry('naru', late, { subresource: 'status' }))), expected('helm', early));
  for (const none of [object(), {}, object({ manager: 7 }), object(entry('x', 'yesterday'))]) assert.equal(lastWriteOf(none), undefined);
});

test('the first Envoy and the last are timed; a newer snapshot stands for those before it', () => {
  let now = 0;
  const times = new RolloutTimes({ now: () => now });
  const envoys = (...accepted: readonly number[]) => accepted.map((number, index) => ({ id: `e${index}`, accepted: number }));
  times.published(1);
  times.accepted({ proxy: 'e0', fleet: 'naru', snapshot: 1, tookMs: 10 }, envoys(1, 0));
  assert.deepEqual(times.of(1), { accepted: 1, refusedBy: [], firstAcceptedMs: 10 });
  now = 100;
  times.published(2);
  times.refused('e1', 2);
  now = 120;
  times.accepted({ proxy: 'e1', fleet: 'naru', snapshot: 2, tookMs: 20 }, envoys(1, 2));
  assert.deepEqual(times.of(1), { accepted: 2, refusedBy: [], firstAcceptedMs: 10, allAcceptedMs: 120 });
  assert.deepEqual(times.of(2), { accepted: 1, refusedBy: ['e1'], firstAcceptedMs: 20 });
  // The one that was behind is gone.
  now = 300;
  times.settle(envoys(2));
  assert.equal(times.of(2)?.allAcceptedMs, 200);
});

test('old snapshots are kept as long as what only they hold is not too much, and share the rest', () => {
  const build = built(shop);
  const step = (index: number): Snapshot => {
    const { snapshot } = build.apply([upsert(ingress({ name: 'web', host: 'shop.test', paths: [{ path: `/${index}`, service: 'web' }] }))]);
    if (snapshot === undefined) throw new Error('nothing changed');
    return snapshot;
  };
  const [roomy, tight] = [new History(), new History({ budget: 5000 })];
  const snapshots = Array.from({ length: 150 }, (_, index) => step(index));
  for (const snapshot of snapshots) for (const history of [roomy, tight]) history.add(snapshot);
  const kept = (history: History): readonly Snapshot[] => history.list().flatMap(({ number }) => history.find(number) ?? []);
  assert.equal(kept(roomy).length, 100);
  const whole = kept(tight);
  const own = whole.slice(0, -1).reduce((sum, { changes }) => sum + (changes[0]?.before?.bytes.length ?? 0), 0);
  assert.ok(whole.length > 2 && whole.length < 100 && own <= 5000, `${whole.length} snapshots with ${own} bytes of their own`);
  assert.equal(whole[0]?.resources.clusters, whole[1]?.resources.clusters);
  assert.equal(tight.list().length, 100);
});
