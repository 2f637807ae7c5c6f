import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bisection } from '../../src/runtime/bisection.ts';

interface Outcome {
  readonly culprits: readonly string[];
  readonly good: readonly string[];
  readonly tries: number;
}

/** Changes all of `names` at once, with an Envoy that refuses whenever one of `bad` is among what it gets. */
function search(names: readonly string[], bad: ReadonlySet<string>, trusted: boolean): Outcome {
  const culprits: string[] = [];
  let accepted = new Set<string>();
  let tries = 0;
  let bisection = new Bisection();
  for (;;) {
    tries++;
    assert(tries < 500, 'the search does not end');
    const held = new Set([...bisection.held, ...culprits]);
    const served = names.filter((name) => !held.has(name));
    const refused = served.some((name) => bad.has(name));
    const found = refused ? bisection.refused(served.filter((name) => !accepted.has(name))) : bisection.accepted();
    if (!refused) accepted = new Set(served);
    if (found !== undefined) {
      culprits.push(found);
      bisection.found(found, { trusted });
    }
    if (!refused && bisection.held.length === 0 && accepted.size + culprits.length === names.length)
      return { culprits, good: [...accepted], tries };
    if (bisection.held.length === 0) bisection = new Bisection();
  }
}

const cases = fc.integer({ min: 1, max: 40 }).chain((size) => {
  const names = Array.from({ length: size }, (_, index) => `host-${index}`);
  return fc.tuple(fc.constant(names), fc.subarray(names, { maxLength: Math.min(5, size) }), fc.boolean());
});

test('whatever is bad, all of it is found, and nothing else', () => {
  fc.assert(
    fc.property(cases, ([names, bad, trusted]) => {
      const { culprits, good } = search(names, new Set(bad), trusted);
      assert.deepEqual(culprits.toSorted(), bad.toSorted());
      assert.deepEqual(good.toSorted(), names.filter((name) => !bad.includes(name)).toSorted());
    }),
    { numRuns: 500 },
  );
});

test('one bad host among 1,000 takes about ten tries', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `host-${index}`);
  const { culprits, tries } = search(names, new Set(['host-617']), true);
  assert.deepEqual(culprits, ['host-617']);
  assert(tries <= 13, `${tries} tries`);
});

test('the suspects that are not tried are held back, and with the culprit found all others are let go', () => {
  const bisection = new Bisection();
  assert.equal(bisection.refused(['a', 'b', 'c', 'd']), undefined);
  assert.deepEqual(bisection.held, ['c', 'd']);
  assert.equal(bisection.refused(['a', 'b']), undefined);
  assert.deepEqual(bisection.held, ['b', 'c', 'd']);
  assert.equal(bisection.accepted(), 'b');
  bisection.found('b', { trusted: true });
  assert.deepEqual(bisection.held, []);
});

test('while something new stands in for the culprit, the others wait for its acceptance', () => {
  const bisection = new Bisection();
  bisection.refused(['a', 'b', 'c']);
  assert.equal(bisection.accepted(), 'c');
  bisection.refused(['c']);
  bisection.found('c', { trusted: false });
  assert.deepEqual(bisection.held, []);

  const other = new Bisection();
  other.refused(['a', 'b', 'c', 'd']);
  other.refused(['a', 'b']);
  assert.equal(other.refused(['a']), 'a');
  other.found('a', { trusted: false });
  assert.deepEqual(other.held.toSorted(), ['b', 'c', 'd']);
  assert.equal(other.accepted(), undefined);
  assert.deepEqual(other.held, []);
});
