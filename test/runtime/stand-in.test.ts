// A stand-in is for Envoys that have nothing: it takes nothing from one that has something, and gives it nothing older.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fleet } from '../../src/ads/fleet.ts';
import { versionOf } from '../../src/ads/response.ts';
import { leaveOutDangling } from '../../src/snapshot/last-good/leave-out-dangling.ts';
import type { StoredSnapshot } from '../../src/snapshot/last-good/stored-snapshot.ts';
import { standIn } from '../../src/runtime/stand-in.ts';
import { type Resource, typeNames, typeUrls } from '../../src/snapshot/resource.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import { type Client, protocols } from '../ads/client.ts';
import { cluster, endpoints, fake, listener, Publisher, routes } from '../ads/fake-resources.ts';
import { Stage } from '../ads/memory-link.ts';

const own = fake('secrets', 'default-certificate', 'of this process');

function stored(...resources: readonly Resource[]): StoredSnapshot {
  const { fleet, hash, cause, time, resources: set } = new Publisher('edge').next(...resources);
  return { fleet, hash, cause, time, keys: true, resources: set };
}

const old = [cluster('a'), endpoints('a', 'old'), routes('r', ['a']), listener('http', 'r')] as const;
const oldLines = ['clusters: a', 'endpoints: a', 'listeners: http', 'routes: r'];

/** The first real snapshot of a process that has published this stand-in. */
function realAfter(before: Snapshot, ...resources: readonly Resource[]): Snapshot {
  const snapshots = new Snapshots('edge');
  snapshots.countOnFrom(before.number);
  const changes = new Map(typeNames.map((type) => [type, new Map<string, Resource>()] as const));
  for (const resource of resources) changes.get(resource.type)?.set(resource.name, resource);
  const next = snapshots.next(changes, { cause: 'start', time: 0, summarise: () => '' });
  assert.ok(next !== undefined);
  return next;
}

/** Asks for everything as an Envoy does when it has nothing, or (with what it holds) when it connects again. */
function ask(client: Client, held: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): void {
  client.subscribeAll('clusters', held['clusters']);
  client.subscribe('endpoints', ['a'], held['endpoints']);
  client.subscribeAll('listeners', held['listeners']);
  client.subscribe('routes', ['r'], held['routes']);
}

function versions(...resources: readonly Resource[]): Record<string, string> {
  return Object.fromEntries(resources.map(({ name, version }) => [name, version]));
}

describe('a stored snapshot', () => {
  test('that is complete is served whole, and says what it is', () => {
    const { snapshot, leftOut } = standIn(stored(...old), [own]);
    assert.deepEqual(leftOut, []);
    assert.equal(snapshot.number, 1);
    assert.equal(snapshot.standIn, true);
    assert.match(snapshot.cause, /^restored from \S+ of \d{4}-\S+Z \(test\)$/);
    assert.ok(snapshot.resources.listeners.has('http'));
  });

  test('without keys lacks the listeners that need one, but not for want of our own certificate', () => {
    const only = standIn(stored(...old, listener('https', 'r', '1', ['default-certificate'])), [own]);
    assert.deepEqual(only.leftOut, []);
    assert.equal(only.snapshot.resources.secrets.get('default-certificate')?.version, own.version);
    const more = standIn(stored(...old, listener('https', 'r', '1', ['default-certificate', 'shop/tls'])), [own]);
    assert.deepEqual(
      more.leftOut.map(({ resource, missing }) => [resource.name, missing]),
      [['https', { type: 'secrets', name: 'shop/tls' }]],
    );
    assert.deepEqual([...more.snapshot.resources.listeners.names()], ['http']);
  });

  test('lacks what refers to what it lacks, to the last', () => {
    const { resources } = new Publisher().next(routes('r', ['gone']), listener('l', 'r'), cluster('a'), endpoints('a'));
    const { resources: rest, leftOut } = leaveOutDangling(resources);
    assert.deepEqual(
      leftOut.map(({ resource }) => resource.name),
      ['r', 'l'],
    );
    assert.deepEqual([rest.routes.size, rest.listeners.size, rest.clusters.size], [0, 0, 1]);
  });
});

for (const protocol of protocols) {
  describe(`${protocol}: while a stand-in is served`, () => {
    const { snapshot } = standIn(stored(...old), []);
    const real = realAfter(
      snapshot,
      cluster('a'),
      endpoints('a', 'new'),
      cluster('b'),
      endpoints('b'),
      routes('r', ['a', 'b'], '2'),
      listener('http', 'r'),
    );

    test('an Envoy that has nothing gets it, before and after it has connected; then only what is new', () => {
      for (const connectFirst of [true, false]) {
        const stage = new Stage(protocol);
        if (!connectFirst) stage.publisher.fleet.publish(snapshot);
        const client = stage.connect();
        ask(client);
        if (connectFirst) {
          assert.deepEqual(client.lines, []);
          stage.publisher.fleet.publish(snapshot);
        }
        assert.deepEqual(client.ackAll(), oldLines);
        assert.equal(stage.state(client).accepted, 1);
        assert.equal(real.number, 3);
        stage.publisher.fleet.publish(real);
        client.subscribe('endpoints', ['b']);
        const all = client.ackAll();
        assert.ok(!all.some((line) => line.startsWith('listeners')), 'the same is not sent again');
        assert.equal(client.held('endpoints').get('a')?.content, 'new');
        assert.equal(stage.state(client).accepted, 3);
      }
    });

    test('an Envoy with a configuration of its own keeps it, until there is a real one', () => {
      for (const connectFirst of [true, false]) {
        const stage = new Stage(protocol);
        if (!connectFirst) stage.publisher.fleet.publish(snapshot);
        const client = stage.connect();
        if (protocol === 'delta') {
          const held = [cluster('a'), endpoints('a', 'newer'), listener('http', 'r'), listener('https', 'r'), routes('r', ['a'])];
          ask(
            client,
            Object.fromEntries(
              ['clusters', 'endpoints', 'listeners', 'routes'].map((type) => [
                type,
                versions(...held.filter((each) => each.type === type)),
              ]),
            ),
          );
        } else {
          for (const [type, names] of [
            ['clusters', []],
            ['endpoints', ['a']],
            ['listeners', []],
            ['routes', ['r']],
          ] as const)
            client.raw({ type_url: typeUrls[type], version_info: '57-abc', resource_names: names });
        }
        if (connectFirst) stage.publisher.fleet.publish(snapshot);
        assert.deepEqual(client.lines, []);
        assert.equal(stage.state(client).accepted, 0, 'and does not count as one that runs it');
        stage.publisher.fleet.publish(real);
        assert.ok(client.ackAll().length > 0);
      }
    });

    test('an Envoy that has a part of this very stand-in gets the rest', () => {
      const stage = new Stage(protocol);
      stage.publisher.fleet.publish(snapshot);
      const client = stage.connect();
      if (protocol === 'delta') ask(client, { clusters: versions(cluster('a')) });
      else {
        client.raw({ type_url: typeUrls.clusters, version_info: versionOf(snapshot) });
        client.subscribe('endpoints', ['a']);
        client.subscribeAll('listeners');
        client.subscribe('routes', ['r']);
      }
      assert.deepEqual(client.ackAll(), protocol === 'delta' ? oldLines.slice(1) : oldLines);
    });
  });
}

test('nobody tries it for the others: who would may not be one that gets it', () => {
  const { snapshot } = standIn(stored(...old), []);
  const fleet = new Fleet('edge', {});
  const got: string[] = [];
  for (const id of ['envoy-1', 'envoy-2']) fleet.member(id).join({ publish: ({ number }) => got.push(`${id} ${number}`) });
  fleet.publish(snapshot);
  assert.deepEqual(got, ['envoy-1 1', 'envoy-2 1']);
  fleet.publish(realAfter(snapshot, ...old, cluster('b'), endpoints('b')));
  assert.deepEqual(got.slice(2), ['envoy-1 3']);
});

test('delta: newer endpoints are not replaced even if all else is the same', () => {
  const { snapshot } = standIn(stored(...old), []);
  const stage = new Stage('delta');
  stage.publisher.fleet.publish(snapshot);
  const client = stage.connect();
  client.subscribeAll('clusters', versions(cluster('a')));
  client.subscribe('endpoints', ['a'], versions(endpoints('a', 'newer')));
  client.subscribeAll('listeners', versions(listener('http', 'r'), listener('https', 'r')));
  assert.deepEqual(client.lines, []);
  stage.clock.advance(60_000);
  assert.deepEqual(client.lines, []);
});
