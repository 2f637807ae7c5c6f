// Clusters and endpoints go to Envoys that have nothing while the rest of the first snapshot is made.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { map, merge, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Build } from '../../src/runtime/build.ts';
import { pipeline } from '../../src/runtime/pipeline.ts';
import { headStartOf } from '../../src/snapshot/snapshots.ts';
import { type Resource, typeUrls } from '../../src/snapshot/resource.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { protocols } from '../ads/client.ts';
import { cluster, endpoints, listener, routes } from '../ads/fake-resources.ts';
import { Stage } from '../ads/memory-link.ts';
import { buildOptions } from '../support/build.ts';
import { ingress, naruClass, service, slice, synced, upsert } from '../support/objects.ts';

const world = [
  upsert(naruClass),
  upsert(ingress({ name: 'web', host: 'shop.test', paths: [{ path: '/', service: 'web' }] })),
  upsert(service('web')),
  upsert(slice('web-1', 'web', ['10.0.0.1'])),
];

/** What one pass makes of it. */
function whole(): Snapshot {
  const { snapshot } = new Build(buildOptions).apply([...world, ...synced]);
  assert.ok(snapshot !== undefined);
  return snapshot;
}

describe('the first pass in two halves', () => {
  test('makes the snapshot that it makes in one', () => {
    const wanted = whole();
    const halves = new Build(buildOptions);
    halves.apply(world);
    const begun = halves.begin(synced);
    assert.deepEqual(
      [begun?.headStart.number, [...(begun?.headStart.resources.clusters.names() ?? [])], begun?.headStart.resources.scopes.size],
      [0, ['shop/web/80'], 0],
    );
    assert.equal(halves.current, undefined);
    const { snapshot } = begun?.finish() ?? {};
    assert.deepEqual([snapshot?.number, snapshot?.hash, snapshot?.summary], [1, wanted.hash, wanted.summary]);
    assert.equal(halves.begin(synced), undefined);
  });

  test('is not begun before every kind was read', () => {
    const build = new Build(buildOptions);
    assert.equal(build.begin([...world, ...synced.slice(1)]), undefined);
    assert.equal(build.apply([]).snapshot, undefined);
  });

  test('knows nothing of the time that is told in between, and the next one does', () => {
    const build = new Build(buildOptions);
    const begun = build.begin([...world, ...synced]);
    assert.equal(build.tellTime(Date.now()).snapshot, undefined);
    assert.equal(begun?.finish().snapshot?.number, 1);
    assert.deepEqual([...build.apply([]).changes.keys()].map(({ name }) => name).includes('clock'), true);
  });

  test('is over before what comes meanwhile is taken in', () => {
    const build = new Build(buildOptions);
    build.apply([...world, ...synced.slice(1)]);
    const [last] = synced;
    const late = upsert(slice('web-1', 'web', ['10.0.0.2']));
    assert.ok(last !== undefined);
    new TestScheduler((actual, wanted) => assert.deepEqual(actual, wanted)).run(({ cold, expectObservable }) => {
      const seen = new Subject<string>();
      const passes = pipeline(cold('s 3ms l', { s: last, l: late }), build, {
        onHeadStart: ({ number }) => seen.next(`head start ${number}`),
      });
      const snapshots = passes.pipe(map(({ snapshot }) => `snapshot ${snapshot?.number}: ${snapshot?.changes.length} changes`));
      expectObservable(merge(seen, snapshots)).toBe('-a 4ms (bc)', {
        a: 'head start 0',
        b: `snapshot 1: ${whole().changes.length} changes`,
        c: 'snapshot 2: 1 changes',
      });
    });
  });
});

function headStart(...resources: readonly Resource[]): Snapshot {
  const of = (type: string) => new Map(resources.filter((each) => each.type === type).map((each) => [each.name, each]));
  return headStartOf(
    'edge',
    new Map([
      ['clusters', of('clusters')],
      ['endpoints', of('endpoints')],
    ] as const),
  );
}

for (const protocol of protocols) {
  describe(`${protocol}: a head start`, () => {
    const first = [cluster('a'), endpoints('a'), routes('r', ['a']), listener('http', 'r')] as const;

    test('is what an Envoy gets that has nothing; the first snapshot brings the rest, and nothing twice', () => {
      const stage = new Stage(protocol);
      const client = stage.connect();
      client.subscribeAll('clusters');
      client.subscribeAll('listeners');
      stage.publisher.fleet.headStart(headStart(cluster('a'), endpoints('a')));
      client.subscribe('endpoints', ['a']);
      assert.deepEqual(client.ackAll(), ['clusters: a', 'endpoints: a']);
      assert.equal(stage.state(client).accepted, 0);
      stage.publisher.publish(...first);
      client.subscribe('routes', ['r']);
      assert.deepEqual(client.ackAll(), ['listeners: http', 'routes: r']);
      assert.equal(stage.state(client).accepted, 1);
    });

    test('that is not answered yet keeps listeners waiting', () => {
      const stage = new Stage(protocol);
      const client = stage.connect();
      client.subscribeAll('clusters');
      stage.publisher.fleet.headStart(headStart(cluster('a'), endpoints('a')));
      client.subscribeAll('listeners');
      stage.publisher.publish(...first);
      assert.deepEqual(client.lines, ['clusters: a']);
      client.subscribe('endpoints', ['a']);
      assert.deepEqual(client.ackAll(), ['clusters: a', 'endpoints: a', 'listeners: http']);
    });

    test('is not for an Envoy that has a configuration', () => {
      const stage = new Stage(protocol);
      const client = stage.connect();
      if (protocol === 'delta') client.subscribeAll('clusters', { a: cluster('a').version, b: cluster('b').version });
      else client.raw({ type_url: typeUrls.clusters, version_info: '57-abc', resource_names: [] });
      stage.publisher.fleet.headStart(headStart(cluster('a'), cluster('c'), endpoints('a')));
      assert.deepEqual(client.lines, []);
      stage.publisher.publish(...first);
      assert.deepEqual(client.lines, protocol === 'delta' ? [] : ['clusters: a']);
    });
  });
}
