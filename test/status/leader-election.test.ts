import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Lease, LeaseRecord } from '../../src/kube/lease.ts';
import { LeaderElection, type LeaderElectionOptions } from '../../src/status/leader-election.ts';
import { FakeClock } from '../ads/fake-clock.ts';

/** A Lease as an API server keeps it. */
class FakeLease {
  lease: Lease | undefined;
  down = false;
  #version = 0;

  read = async (): Promise<Lease | undefined> => this.#answer(this.lease);
  create = async (record: LeaseRecord): Promise<Lease> => this.#put(record, undefined);
  replace = async (record: LeaseRecord, version: string): Promise<Lease> => this.#put(record, version);

  #put(record: LeaseRecord, version: string | undefined): Lease {
    if (this.#answer(this.lease)?.version !== version) throw new Error('the API server answered 409');
    this.lease = { record, version: String(++this.#version) };
    return this.lease;
  }

  #answer<T>(value: T): T {
    if (this.down) throw new Error('there is no connection to the API server');
    return value;
  }
}

function cluster() {
  const clock = new FakeClock();
  const lease = new FakeLease();
  const trouble: string[] = [];
  const replica = (identity: string, more: Partial<LeaderElectionOptions> = {}) =>
    new LeaderElection({
      store: more.store ?? {
        read: () => lease.read(),
        create: (record) => lease.create(record),
        replace: (record, version) => lease.replace(record, version),
      },
      identity,
      durationSeconds: 15,
      ready: () => true,
      onChange: () => {},
      onTrouble: (sentence) => trouble.push(sentence),
      clock,
      // Wrong clocks of the wall must not matter.
      wallClock: () => new Date(identity === 'a' ? 0 : 4_000_000_000_000),
      random: () => 0,
      ...more,
    });
  const pass = async (seconds: number): Promise<void> => {
    for (let step = 0; step < seconds * 2; step++) {
      clock.advance(500);
      await turn();
    }
  };
  return { lease, replica, pass, trouble };
}

test('the first takes the lease, the second waits, and takes it at once when it is given back', async () => {
  const { lease, replica, pass } = cluster();
  const [a, b] = [replica('a'), replica('b')];
  a.start();
  await pass(1);
  b.start();
  await pass(60);
  assert.deepEqual([a.leading, b.leading], [true, false]);
  assert.deepEqual(lease.lease?.record, { ...lease.lease?.record, holder: 'a', durationSeconds: 15, transitions: 0 });
  assert.equal(lease.lease?.record.acquireTime, '1970-01-01T00:00:00.000000Z');
  await a.stop();
  assert.deepEqual([a.leading, lease.lease?.record.holder], [false, '']);
  await pass(2);
  assert.deepEqual([b.leading, lease.lease?.record.holder, lease.lease?.record.transitions], [true, 'b', 1]);
  await b.stop();
});

test('who vanishes is replaced when its lease has expired, counted from when it was seen', async () => {
  const { lease, replica, pass } = cluster();
  lease.lease = {
    record: { holder: 'gone', durationSeconds: 15, acquireTime: '', renewTime: '1970-01-01T00:00:00.000000Z', transitions: 3 },
    version: '0',
  };
  // Given so by another, and not to be written over by a version that we do not know.
  const b = replica('b');
  b.start();
  await pass(14);
  assert.equal(b.leading, false);
  await pass(3);
  assert.deepEqual([b.leading, lease.lease.record.holder, lease.lease.record.transitions], [true, 'b', 4]);
  await b.stop();
});

test('who cannot renew leads no longer before another may, and leads again when it can', async () => {
  const { lease, replica, pass, trouble } = cluster();
  const changes: boolean[] = [];
  const a = replica('a', { onChange: (leading) => changes.push(leading) });
  a.start();
  await pass(4);
  lease.down = true;
  await pass(7);
  assert.deepEqual(changes, [true]);
  await pass(5);
  assert.deepEqual(changes, [true, false]);
  assert.equal(trouble.length, 1);
  assert.match(trouble[0] ?? '', /^The leader lease could be neither taken nor renewed: there is no connection/);
  lease.down = false;
  await pass(5);
  assert.deepEqual(changes, [true, false, true]);
  assert.equal(lease.lease?.record.transitions, 0);
  await a.stop();
});

test('somebody else has taken it: we lead no longer', async () => {
  const { lease, replica, pass } = cluster();
  const a = replica('a');
  a.start();
  await pass(1);
  const { record, version } = (await lease.read()) ?? assert.fail();
  await lease.replace({ ...record, holder: 'x', transitions: 1 }, version);
  await pass(2);
  assert.deepEqual([a.leading, lease.lease?.record.holder], [false, 'x']);
  await a.stop();
  assert.equal(lease.lease?.record.holder, 'x');
});

test('a replica without Envoys does not stand, and passes the lease on when its last one stays away', async () => {
  const { lease, replica, pass } = cluster();
  let envoys = 0;
  const a = replica('a', { ready: () => envoys > 0 });
  a.start();
  await pass(30);
  assert.deepEqual([a.leading, lease.lease], [false, undefined]);
  envoys = 1;
  a.hurry();
  await pass(0.5);
  assert.equal(a.leading, true);
  envoys = 0;
  await pass(10);
  assert.equal(a.leading, true);
  await pass(10);
  assert.deepEqual([a.leading, lease.lease?.record.holder], [false, '']);
  await a.stop();
});

test('of many replicas there is never more than one leader', async () => {
  const { replica, pass } = cluster();
  const names = ['a', 'b', 'c', 'd'];
  const replicas = names.map((name) => replica(name, { random: Math.random }));
  for (const one of replicas) one.start();
  for (const one of replicas) {
    for (let second = 0; second < 10; second++) {
      await pass(1);
      assert.ok(replicas.filter(({ leading }) => leading).length <= 1);
    }
    await one.stop();
  }
});
