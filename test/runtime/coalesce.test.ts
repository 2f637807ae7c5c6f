import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestScheduler } from 'rxjs/testing';
import { coalesce } from '../../src/runtime/coalesce.ts';

/** Marbles: one character is a millisecond. Letters of the output stand for the batches below them. */
function expectBatches(given: string, expected: string, batches: Readonly<Record<string, string>>, firstMs = 0): void {
  new TestScheduler((actual, wanted) => assert.deepEqual(actual, wanted)).run(({ cold, expectObservable }) => {
    const values = Object.fromEntries(Object.entries(batches).map(([name, members]) => [name, members.split('')]));
    expectObservable(cold(given).pipe(coalesce({ firstMs, quietMs: () => 3, maxWaitMs: 10 }))).toBe(expected, values);
  });
}

test('one value goes at once', () => {
  expectBatches('a------', 'x------', { x: 'a' });
});

test('what comes in one moment goes together', () => {
  expectBatches('(ab)---', 'x------', { x: 'ab' });
});

test('the first may be told to wait a little, and takes along what comes meanwhile', () => {
  expectBatches('ab-----', '-x-----', { x: 'ab' }, 1);
});

test('what follows the first is one batch, and after quiet there is a first again', () => {
  expectBatches('a-b-c---------d-----', 'x------y------z-----', { x: 'a', y: 'bc', z: 'd' });
});

test('a batch is followed by quiet as well', () => {
  expectBatches('ab---c------d', 'x---y---z---w', { x: 'a', y: 'b', z: 'c', w: 'd' });
});

test('an endless burst is cut at the longest wait, and nothing of it is lost', () => {
  expectBatches('a-b-c-d-e-f-g-h-----', 'x---------y------z--', { x: 'a', y: 'bcdef', z: 'gh' });
});

test('what waits when the source ends comes out before the end', () => {
  expectBatches('a-b|', 'x--(y|)', { x: 'a', y: 'b' });
});

test('an error passes through', () => {
  expectBatches('a-#', 'x-#', { x: 'a' });
});
