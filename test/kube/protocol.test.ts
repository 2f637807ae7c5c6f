import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Backoff } from '../../src/kube/api/backoff.ts';
import { Lines } from '../../src/kube/api/lines.ts';
import { retryAfter } from '../../src/kube/api/request.ts';

test('delays double, are shaken, and start again after a stable time', () => {
  const timing = { minDelayMs: 800, maxDelayMs: 30_000, stableMs: 60_000 };
  const steady = new Backoff(timing, () => 0);
  assert.deepEqual(
    Array.from({ length: 8 }, () => steady.next(0)),
    [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000],
  );
  assert.equal(steady.next(60_000), 800);
  assert.equal(new Backoff(timing, () => 1).next(0), 1200);
});

test('Retry-After is in seconds or a date', () => {
  assert.equal(retryAfter('3'), 3000);
  assert.equal(retryAfter('Wed, 21 Oct 2026 07:28:05 GMT', Date.parse('2026-10-21T07:28:00Z')), 5000);
  assert.equal(retryAfter('Wed, 21 Oct 2026 07:28:00 GMT', Date.parse('2026-10-21T08:00:00Z')), 0);
  assert.equal(retryAfter('soon'), undefined);
  assert.equal(retryAfter(undefined), undefined);
});

test('lines come out whole, however the bytes are cut', () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n') && text === text.toWellFormed());
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(7)), (expected, sizes) => {
      let bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
      const lines = new Lines();
      const heard: string[] = [];
      for (const size of [...sizes, bytes.length]) {
        heard.push(...lines.push(bytes.subarray(0, size)));
        bytes = bytes.subarray(size);
      }
      assert.deepEqual(heard, expected);
    }),
  );
});
