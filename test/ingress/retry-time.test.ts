import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryWithin } from '../../src/ingress/annotations/retry-time.ts';
import type { Retry } from '../../src/model/retry.ts';

const usual = { connect: 5, idle: 60 };

test('as many tries as begin in the time, when each takes as long as it may', () => {
  const cases: readonly (readonly [number, typeof usual, Retry])[] = [
    [0, usual, { tries: 3, timeouts: true }],
    [10, usual, { tries: 2 }],
    [11, usual, { tries: 3 }],
    [60, usual, { tries: 3 }],
    [61, usual, { tries: 2, timeouts: true }],
    [1000, usual, { tries: 3, timeouts: true }],
    [4, usual, { tries: 1 }],
    [10, { connect: 5, idle: 4 }, { tries: 3, timeouts: true }],
  ];
  for (const [seconds, waits, expected] of cases) assert.deepEqual(retryWithin(seconds, {}, waits), expected, String(seconds));
});

test('what is tried once is not tried again for it, and other conditions stay', () => {
  assert.deepEqual(retryWithin(100, { retry: { tries: 1 } }, usual), { tries: 1 });
  assert.deepEqual(retryWithin(10, { retry: { tries: 5, statuses: [502], nonIdempotent: true } }, usual), {
    tries: 2,
    statuses: [502],
    nonIdempotent: true,
  });
});
