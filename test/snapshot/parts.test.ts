// A snapshot is divided among fleets: nobody gets the listeners of another one, and each has what its own need.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownFleetOf } from '../../src/model/listener.ts';
import { CommonPart, isNeededOnlyBy, OwnPart } from '../../src/snapshot/parts.ts';
import { type Reference, type Resource, type TypeName, typeNames } from '../../src/snapshot/resource.ts';
import type { ResourceSet, Snapshot } from '../../src/snapshot/snapshot.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';

const own = 'gateway/shop/web';

function resource(type: TypeName, name: string, references: readonly Reference[] = [], version = '1'): Resource {
  return { type, name, version, bytes: Buffer.from(version), references, sources: [] };
}

const cluster = (name: string): Reference => ({ type: 'clusters', name });

/** A listener with a scope of routes at it, which sends to a cluster. */
function listener(name: string, to: string): readonly Resource[] {
  return [resource('listeners', name), resource('scopes', `${to}.test@${name}`, [cluster(to)]), resource('clusters', to)];
}

function follow(snapshots: Snapshots, there: readonly Resource[], gone: readonly Resource[] = []): Snapshot {
  const changes = new Map(typeNames.map((type) => [type, new Map<string, Resource | undefined>()]));
  for (const one of there) changes.get(one.type)?.set(one.name, one);
  for (const one of gone) changes.get(one.type)?.set(one.name, undefined);
  const next = snapshots.next(changes, { cause: 'test', time: 0, summarise: () => '' });
  assert.ok(next);
  return next;
}

function namesOf(resources: ResourceSet): readonly string[] {
  return typeNames.flatMap((type) => [...resources[type].names()].map((name) => `${type} ${name}`)).toSorted();
}

test('a fleet of a Gateway gets its listeners and what these need, the others the rest', () => {
  const snapshots = new Snapshots('naru');
  const common = new CommonPart(ownFleetOf);
  const part = new OwnPart(own, ownFleetOf, [cluster('always'), cluster('missing')]);
  const edge = [...listener('http', 'blog'), resource('clusters', 'always')];
  const mine = listener(`${own}/0.0.0.0:80`, 'shop');

  const first = follow(snapshots, edge);
  assert.equal(common.next(first), first);
  const second = follow(snapshots, mine);
  const shared = common.next(second);
  assert.deepEqual(namesOf(shared.resources), [
    'clusters always',
    'clusters blog',
    'clusters shop',
    'listeners http',
    'scopes blog.test@http',
  ]);
  assert.deepEqual(
    shared.changes.map(({ type, name }) => `${type} ${name}`),
    ['clusters shop'],
  );
  const its = part.next(second);
  assert.equal(its.fleet, own);
  assert.equal(its.number, 2);
  assert.deepEqual(namesOf(its.resources), [
    'clusters always',
    'clusters shop',
    `listeners ${own}/0.0.0.0:80`,
    `scopes shop.test@${own}/0.0.0.0:80`,
  ]);

  const elsewhere = follow(snapshots, [resource('clusters', 'blog', [], '2')]);
  const same = part.next(elsewhere);
  assert.deepEqual([same.number, same.hash, same.changes], [3, its.hash, []]);
  common.next(elsewhere);

  const moved = follow(snapshots, [resource('clusters', 'shop', [], '2')]);
  common.next(moved);
  assert.deepEqual(
    part.next(moved).changes.map(({ name, after }) => [name, after?.version]),
    [['shop', '2']],
  );

  const without = follow(snapshots, [], mine);
  assert.deepEqual(namesOf(common.next(without).resources), [
    'clusters always',
    'clusters blog',
    'listeners http',
    'scopes blog.test@http',
  ]);
  const last = part.next(without);
  assert.deepEqual(namesOf(last.resources), ['clusters always']);
});

test('a fleet alone needs what nothing but its own listeners and scopes lead to', () => {
  const snapshots = new Snapshots('naru');
  const endpoints = (name: string): readonly Resource[] => [
    resource('endpoints', name),
    resource('clusters', name, [{ type: 'endpoints', name }]),
  ];
  const scope = (name: string, to: readonly string[]): Resource => resource('scopes', name, to.map(cluster));
  follow(snapshots, [
    ...[...endpoints('mine'), ...endpoints('ours'), ...endpoints('nobodys')],
    ...[scope(`shop.test@${own}/0.0.0.0:80`, ['mine', 'ours']), scope('shop.test@10.0.0.1:80', ['ours'])],
  ]);
  const isMine = (type: TypeName, name: string) => isNeededOnlyBy(own, { type, name }, ownFleetOf, (one) => snapshots.readersOf(one));
  assert.deepEqual(
    [isMine('clusters', 'mine'), isMine('endpoints', 'mine'), isMine('scopes', `shop.test@${own}/0.0.0.0:80`)],
    [true, true, true],
  );
  assert.deepEqual(
    [isMine('clusters', 'ours'), isMine('endpoints', 'ours'), isMine('clusters', 'nobodys'), isMine('scopes', 'shop.test@10.0.0.1:80')],
    [false, false, false, false],
  );
});
