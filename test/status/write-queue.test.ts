import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WriteQueue, type WriteQueueOptions } from '../../src/status/write-queue.ts';
import { FakeClock } from '../ads/fake-clock.ts';

function queueFor(more: Partial<WriteQueueOptions> = {}) {
  const clock = new FakeClock();
  const written: string[] = [];
  const failures: string[] = [];
  const write = async (key: string): Promise<void> => void written.push(key);
  const queue = new WriteQueue({ write, onFailure: (key) => failures.push(key), perSecond: 10, burst: 2, clock, random: () => 0, ...more });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await turn();
  };
  return { queue, written, failures, pass };
}

test('a burst goes at once, the rest at an even pace', async () => {
  const { queue, written, pass } = queueFor();
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
  await pass(0);
  assert.deepEqual(written, ['a', 'b']);
  await pass(100);
  assert.deepEqual(written, ['a', 'b', 'c']);
  await pass(100);
  assert.deepEqual(written, ['a', 'b', 'c', 'd']);
});

test('what fails is tried again, later each time; what is added meanwhile does not hurry it', async () => {
  let attempts = 0;
  const { queue, failures, pass } = queueFor({
    write: async () => {
      attempts++;
      if (attempts < 3) throw new Error('no');
    },
  });
  queue.add('a');
  await pass(0);
  queue.add('a');
  await pass(499);
  assert.equal(attempts, 1);
  await pass(1);
  assert.equal(attempts, 2);
  await pass(999);
  assert.equal(attempts, 2);
  await pass(1);
  assert.equal(attempts, 3);
  await pass(60_000);
  assert.equal(attempts, 3);
  assert.deepEqual(failures, ['a', 'a']);
});

test('one write at a time for a key; one more when it was asked for meanwhile', async () => {
  const running: (() => void)[] = [];
  const { queue, pass } = queueFor({ write: () => new Promise((resolve) => running.push(resolve)) });
  queue.add('a');
  queue.add('a');
  await pass(1000);
  queue.add('a');
  queue.add('a');
  await pass(1000);
  assert.equal(running.length, 1);
  running[0]?.();
  await pass(0);
  assert.equal(running.length, 2);
});

test('no more wait than may, and none after the end', async () => {
  const { queue, written, pass } = queueFor({ most: 1, burst: 1 });
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => queue.add(key)),
    [true, true, false],
  );
  queue.stop();
  await pass(1000);
  assert.deepEqual(written, ['a']);
  assert.equal(queue.add('d'), false);
});
