import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLabelSelector } from '../../src/kube/label-selector.ts';

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
