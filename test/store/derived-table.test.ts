import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerivedTable } from '../../src/store/derived-table.ts';
import { IndexTable } from '../../src/store/index-table.ts';
import { runPass } from '../../src/store/pass.ts';
import { type Changes, type Key, SourceTable, type Table } from '../../src/store/table.ts';

function changed(table: Table<unknown>, ...keys: Key[]): Changes {
  return new Map([[table, new Set(keys)]]);
}

function prices(): {
  readonly items: SourceTable<number>;
  readonly rates: SourceTable<number>;
  readonly totals: DerivedTable<number, number>;
} {
  const items = new SourceTable<number>('items');
  const rates = new SourceTable<number>('rates');
  const totals = new DerivedTable<number, number>({
    name: 'totals',
    input: items,
    compute: (price, read) => price * (read.get(rates, price > 100 ? 'high' : 'low') ?? 1),
  });
  return { items, rates, totals };
}

test('a row is computed when its input changes, and only that row', () => {
  const { items, totals } = prices();
  items.set('a', 1);
  items.set('b', 2);
  runPass([totals], changed(items, 'a', 'b'));
  items.set('b', 3);
  const changes = runPass([totals], changed(items, 'b'));
  assert.deepEqual([...(changes.get(totals) ?? [])], ['b']);
  assert.equal(totals.get('b'), 3);
  assert.equal(totals.computed, 3);
});

test('a row is computed again when what it read changes, appears or goes', () => {
  const { items, rates, totals } = prices();
  items.set('cheap', 10);
  items.set('dear', 200);
  runPass([totals], changed(items, 'cheap', 'dear'));
  rates.set('high', 2);
  assert.deepEqual([...(runPass([totals], changed(rates, 'high')).get(totals) ?? [])], ['dear']);
  assert.equal(totals.get('dear'), 400);
  rates.set('high', undefined);
  runPass([totals], changed(rates, 'high'));
  assert.equal(totals.get('dear'), 200);
});

test('what a row read before, and does not read now, no longer concerns it', () => {
  const { items, rates, totals } = prices();
  items.set('a', 200);
  runPass([totals], changed(items, 'a'));
  items.set('a', 10);
  runPass([totals], changed(items, 'a'));
  const before = totals.computed;
  runPass([totals], changed(rates, 'high'));
  assert.equal(totals.computed, before);
});

test('a row whose value stays equal stops the wave', () => {
  const { items, totals } = prices();
  const signs = new DerivedTable<number, string>({ name: 'signs', input: totals, compute: (total) => (total < 0 ? 'minus' : 'plus') });
  const words = new DerivedTable<string, string>({ name: 'words', input: signs, compute: (sign) => `it is ${sign}` });
  items.set('a', 1);
  runPass([totals, signs, words], changed(items, 'a'));
  items.set('a', 2);
  const changes = runPass([totals, signs, words], changed(items, 'a'));
  assert.ok(changes.has(totals));
  assert.ok(!changes.has(signs));
  assert.equal(words.computed, 1);
});

test('a row that throws keeps its last good value, is reported, and recovers', () => {
  const input = new SourceTable<number>('input');
  const reports: string[] = [];
  const table = new DerivedTable<number, number>({
    name: 'careful',
    input,
    compute: (value) => {
      if (value < 0) throw new Error('below zero');
      return value;
    },
    onFailure: (key, error) => reports.push(`${key}: ${error?.message ?? 'well again'}`),
  });
  for (const value of [1, -1, 2]) {
    input.set('a', value);
    input.set('b', 5);
    runPass([table], changed(input, 'a', 'b'));
    assert.equal(table.get('a'), value < 0 ? 1 : value);
    assert.equal(table.get('b'), 5);
  }
  assert.deepEqual(reports, ['a: below zero', 'a: well again']);
});

test('reading all rows of a table means hearing of any change in it', () => {
  const items = new SourceTable<number>('items');
  const one = new SourceTable<true>('one');
  const sum = new DerivedTable<true, number>({
    name: 'sum',
    input: one,
    compute: (_, read) => [...read.all(items).values()].reduce((total, value) => total + value, 0),
  });
  one.set('sum', true);
  items.set('a', 1);
  runPass(
    [sum],
    new Map<Table<unknown>, Set<Key>>([
      [items, new Set(['a'])],
      [one, new Set(['sum'])],
    ]),
  );
  items.set('b', 2);
  runPass([sum], changed(items, 'b'));
  assert.equal(sum.get('sum'), 3);
});

test('an index lists members by group, sorted, and forgets empty groups', () => {
  const words = new SourceTable<string>('words');
  const byLetter = new IndexTable('byLetter', words, (word) => new Set(word));
  words.set('2', 'ab');
  words.set('1', 'bc');
  runPass([byLetter], changed(words, '1', '2'));
  assert.deepEqual(byLetter.get('b'), ['1', '2']);
  words.set('2', 'c');
  const changes = runPass([byLetter], changed(words, '2'));
  assert.deepEqual([...(changes.get(byLetter) ?? [])].sort(), ['a', 'b', 'c']);
  assert.equal(byLetter.get('a'), undefined);
  assert.deepEqual(byLetter.get('c'), ['1', '2']);
});

test('an index does not change when a member changes without changing groups', () => {
  const words = new SourceTable<string>('words');
  const byFirst = new IndexTable('byFirst', words, (word) => [word.slice(0, 1)]);
  words.set('1', 'apple');
  runPass([byFirst], changed(words, '1'));
  words.set('1', 'ant');
  assert.ok(!runPass([byFirst], changed(words, '1')).has(byFirst));
});
