import assert from 'node:assert/strict';
import test from 'node:test';
import { Subscription } from '../../src/ads/subscription.ts';

function wants(subscription: Subscription): string {
  return [...(subscription.wildcard ? ['*'] : []), ...subscription.names].join(' ');
}

test('state of the world: the example of the protocol page, line by line', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  assert.equal(subscription.replace([]).widened, true);
  assert.equal(wants(subscription), '*');
  assert.deepEqual(subscription.replace(['*', 'A']), { first: false, asked: ['A'], widened: false, narrowed: false });
  assert.equal(wants(subscription), '* A');
  assert.deepEqual(subscription.replace(['A']), { first: false, asked: [], widened: false, narrowed: true });
  assert.equal(wants(subscription), 'A');
  assert.deepEqual(subscription.replace([]), { first: false, asked: [], widened: false, narrowed: true });
  assert.equal(wants(subscription), '');
});

test('delta: the example of the protocol page, line by line', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.change([], []);
  assert.equal(wants(subscription), '*');
  assert.deepEqual(subscription.change(['A'], []), { first: false, asked: ['A'], widened: false, narrowed: false });
  assert.equal(wants(subscription), '* A');
  assert.deepEqual(subscription.change([], ['*']), { first: false, asked: [], widened: false, narrowed: true });
  assert.equal(wants(subscription), 'A');
  subscription.change([], ['A']);
  assert.equal(wants(subscription), '');
  subscription.change([], []);
  assert.equal(wants(subscription), '', 'an ACK is not a new wildcard');
});

test('an empty list stays everything as long as nothing was ever named', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.replace([]);
  assert.deepEqual(subscription.replace([]), { first: false, asked: [], widened: false, narrowed: false });
  assert.equal(wants(subscription), '*');
});

test('an empty list after names, and then empty again, is nothing', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.replace(['A']);
  subscription.replace([]);
  subscription.replace([]);
  assert.equal(wants(subscription), '');
});

test('types without wildcard take an empty first list as nothing, and an explicit * as everything', () => {
  for (const say of [(s: Subscription) => s.replace([]), (s: Subscription) => s.change([], [])]) {
    const subscription = new Subscription({ legacyWildcard: false });
    say(subscription);
    assert.equal(wants(subscription), '');
  }
  const subscription = new Subscription({ legacyWildcard: false });
  subscription.change(['*'], []);
  assert.equal(wants(subscription), '*');
});

test('names that were never subscribed are not unsubscribed', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.change(['A'], []);
  assert.deepEqual(subscription.change([], ['B', '*']), { first: false, asked: [], widened: false, narrowed: false });
  assert.equal(wants(subscription), 'A');
});

test('delta: a name that * still covers is asked for when it is unsubscribed', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.change(['*', 'A', 'B'], []);
  assert.deepEqual(subscription.change([], ['A']).asked, ['A']);
  assert.deepEqual(subscription.change([], ['*', 'B']), { first: false, asked: [], widened: false, narrowed: true });
});

test('delta: a name in both lists stays and is asked for again', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.change(['A'], []);
  subscription.hold('A', { version: '1' });
  assert.deepEqual(subscription.change(['A'], ['A']).asked, ['A']);
  assert.equal(wants(subscription), 'A');
});

test('what is no longer wanted is no longer held, and cannot come to be held', () => {
  const subscription = new Subscription({ legacyWildcard: true });
  subscription.change(['*', 'A'], []);
  for (const name of ['A', 'B']) subscription.hold(name, { version: '1' });
  subscription.change([], ['*']);
  assert.deepEqual([...subscription.held.keys()], ['A']);
  assert.equal(subscription.hold('B', { version: '2' }), false);
});
