import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLabelSelector, labelSelector } from '../../src/kube/label-selector.ts';

test('label selectors are told from what is none', () => {
  for (const text of [
    'team=shop',
    'team==shop,stage!=test',
    'naru',
    '!naru',
    'example.com/team in (shop, web),stage notin (test)',
    'team=',
  ])
    assert.ok(isLabelSelector(text), text);
  for (const text of ['', 'team=shop=web', 'team in shop', 'team in ()x', ',', 'team=a b', '=shop', 'team in (a'])
    assert.ok(!isLabelSelector(text), text);
});

test('labels are selected as kubectl does', () => {
  const objects = { a: { app: 'web', 'x.io/tier': 'front' }, b: { app: 'api' }, c: { tier: '' } };
  const selected = (text: string) => {
    const selects = labelSelector(text);
    return Object.entries(objects).flatMap(([name, labels]) => (selects?.(labels) === true ? [name] : []));
  };
  const expected = {
    'app=web': ['a'],
    'app == api': ['b'],
    'app!=web': ['b', 'c'],
    app: ['a', 'b'],
    '!app': ['c'],
    'app in (web, api)': ['a', 'b'],
    'app notin (web)': ['b', 'c'],
    'tier=': ['c'],
    'app,x.io/tier=front': ['a'],
    toString: [],
  };
  for (const [text, names] of Object.entries(expected)) assert.deepEqual(selected(text), names, text);
  assert.equal(labelSelector('app in web'), undefined);
});
