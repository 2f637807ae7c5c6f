import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { plainBeginning, readExpression } from '../../src/ingress/nginx/expression.ts';

const foreign = [
  ['/a(?!b)', 'it looks around, which RE2 cannot', 3],
  ['/é(?<=b)', 'it looks around, which RE2 cannot', 3],
  ['/(a)\\\\1\\1', 'it refers back to a group, which RE2 cannot', 8],
  ['/[(?!]a++', 'it has a possessive repetition, which RE2 cannot', 8],
  ['/(?>a)', 'it has an atomic group, which RE2 cannot', 2],
  ['/a{1001}', 'it repeats more than 1000 times, which RE2 cannot', 3],
  ['/\\x{e9}\\x{100}', 'it names a character by a number beyond ff, which RE2 cannot', 8],
  ['/a)|(/.*', 'RE2 cannot read it, unexpected )', 3],
  ['/a\\Q', 'RE2 cannot read it, missing closing )', undefined],
  ['/a[b', 'RE2 cannot read it, missing closing ]', 3],
  ['/(', 'RE2 cannot read it, missing closing )', undefined],
  [`/${'(a|b){100}'.repeat(4)}`, 'it takes 1205 steps to match, more than 1000', undefined],
  [`/${'(a|b){100}'.repeat(10)}`, 'it takes 4001 steps to match, more than 1000', undefined],
  [`/((${'a'.repeat(900)}){10}){100}`, 'it takes 901101 steps to match, more than 1000', undefined],
  [`/${'a'.repeat(1024)}`, 'it has 1025 characters, more than 1024', undefined],
] as const;

for (const [path, message, column] of foreign) {
  test(`${path.slice(0, 40)} is refused: ${message}`, () => {
    const reading = readExpression(path);
    assert.ok(!reading.ok);
    assert.deepEqual([reading.message, reading.column], [message, column]);
  });
}

test('groups are counted, named ones too', () => {
  assert.deepEqual(readExpression('/(a)(?:b)(?<c>d)\\(x'), { ok: true, groups: 2 });
});

test('the beginning of a path that is refused ends before what could be anything', () => {
  const beginnings = [
    '/api/(?!v1)x',
    '/api/v1.0/(?=a)',
    '/a/b*(?=a)',
    '/a/*(?=a)',
    '/a/x|/(?=b)',
    '/(?=a)',
    '/a/\\.b/(?=c)',
    '/a/(b|c)(?=d)',
    '/\\/*(?=a)',
    '/a\\/?(?=a)',
    '/a\\/b(?=a)',
  ];
  const expected = ['/api/', '/api/v1.0/', '/a/', '/a', undefined, undefined, '/a/\\.b/', '/a/', undefined, '/a', '/a\\/'];
  assert.deepEqual(beginnings.map(plainBeginning), expected);
});

// Envoy refused `(?i)(?:/\\)(?s:.*)`: half of an escaped slash was left of what the path begins with.
test('what a refused path begins with is an expression by itself', () => {
  const parts = fc.constantFrom('/', '\\/', '\\.', '\\\\', '\\', 'a', '*', '?', '{2}', '(?=a)', '|', '(', ')', '[', '\\_', '.');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (rest) => {
      const beginning = plainBeginning(`/${rest.join('')}`);
      assert.ok(beginning === undefined || readExpression(beginning).ok, beginning);
    }),
    { numRuns: 2000 },
  );
});
