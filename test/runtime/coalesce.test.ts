import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestScheduler } from 'rxjs/testing';
import { coalesce } from '../../src/runtime/coalesce.ts';

/** Marbles: one character is a millisecond. Letters of the output stand for the batches below them. */
function expectBatches(given: string, expected: string, batches: Readonly<Record<string, string>>): void {
  new TestScheduler((actual, wanted) => assert.deepEqual(actual, wanted)).run(({ cold, expectObservable }) => {
    const values = Object.fromEntries(Object.entries(batches).map(([name, members]) => [name, members.split('')]));
    expectObservable(cold(given).pipe(coalesce({ quietMs: () => 3, maxWaitMs: 10 }))).toBe(expected, values);
  });
}

test('one value waits for quiet', () => {
  expectBatches('a------', '---x---', { x: 'a' });
});

test('a burst becomes one batch', () => {
  expectBatches('a-b-c---------d-----', '-------x---------y--', { x: 'abc', y: 'd' });
});

test('an endless burst is cut at the longest wait, and nothing of it is lost', () => {
  expectBatches('a-b-c-d-e-f-g-h-----', '----------x------y--', { x: 'abcdef', y: 'gh' });
});

test('what waits when the source ends comes out before the end', () => {
  expectBatches('a-b|', '---(x|)', { x: 'ab' });
});

test('an error passes through', () => {
  expectBatches('a-#', '--#', {});
});
