import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { families } from '../../src/ingress/annotations/index.ts';
import { readAnnotations } from '../../src/ingress/annotations/read.ts';
import { ingressNginxAnnotations } from './annotation-names.ts';

const source = { kind: 'Ingress', namespace: 'shop', name: 'web' };

function read(values: Readonly<Record<string, string>>) {
  const prefix = 'nginx.ingress.kubernetes.io';
  const prefixed = Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));
  return readAnnotations({ prefix, values: prefixed, source });
}

describe('annotations', () => {
  test('all of ingress-nginx are known, each in one family', () => {
    const names = Object.values(families).flatMap(({ fields }) =>
      Object.entries(fields).flatMap(([name, { aliases = [] }]) => [name, ...aliases]),
    );
    assert.deepEqual(names.toSorted(), [...ingressNginxAnnotations]);
  });

  test('the example of each field can be read, and reading it denies nothing', () => {
    for (const { fields } of Object.values(families)) {
      for (const [name, { grammar, example, support }] of Object.entries(fields)) {
        if (support.level !== 'reported') assert.deepEqual({ name, ok: grammar.parse(example).ok }, { name, ok: true });
      }
    }
  });

  test('a name that does not exist is reported with the nearest that does', () => {
    const { problems, denied } = read({ 'canary-wieght': '10' });
    assert.deepEqual(
      problems.map(({ code, fix, source: { field } }) => ({ code, fix, field })),
      [
        {
          code: 'NR216',
          fix: 'Did you mean nginx.ingress.kubernetes.io/canary-weight?',
          field: 'metadata.annotations["nginx.ingress.kubernetes.io/canary-wieght"]',
        },
      ],
    );
    assert.equal(denied, false);
  });

  test('those that do nothing are reported together, once for the object', () => {
    const { problems } = read({ 'proxy-buffering': 'on', 'enable-rewrite-log': 'true', 'fastcgi-index': 'index.php' });
    assert.deepEqual(
      problems.map(({ code, message }) => ({ code, message })),
      [{ code: 'NR215', message: 'Naru does not act on enable-rewrite-log, fastcgi-index, proxy-buffering.' }],
    );
    assert.deepEqual(read({ 'proxy-buffering': 'off' }).problems, []);
  });

  test('those that add to one that is not there are told, once for each that is missing', () => {
    const messages = (annotations: Parameters<typeof read>[0]) =>
      read(annotations).problems.map(({ code, message }) => `${code} ${message}`);
    const missing = { 'canary-weight': '5', 'canary-by-header': 'X-New', 'auth-secret': 'users', canary: ' ' };
    assert.deepEqual(messages(missing), [
      'NR215 Without auth-type nothing comes of auth-secret.',
      'NR215 Without canary nothing comes of canary-by-header, canary-weight.',
    ]);
    assert.deepEqual(messages({ ...missing, 'auth-type': 'basic', canary: 'false' }), []);
  });

  test('a canary has the annotations of its primary: of its own only those of canaries are read, and names that do not exist are told', () => {
    const copied = { 'auth-type': 'digest', 'proxy-buffer-size': '8k', 'proxy-read-timeout': 'long', 'rewrite-target': 'a b' };
    const { problems, denied, policy } = read({ ...copied, canary: 'true', 'canary-weight': '10', 'canary-wieght': '10' });
    assert.deepEqual(
      problems.map(({ code, source: { field } }) => ({ code, field })),
      [{ code: 'NR216', field: 'metadata.annotations["nginx.ingress.kubernetes.io/canary-wieght"]' }],
    );
    assert.deepEqual({ denied, weight: policy.canary?.weight }, { denied: false, weight: 10 });
    assert.equal(read(copied).denied, true);
  });

  test('an empty value is no value', () => {
    assert.deepEqual(read({ 'canary-weight': ' ' }).problems, []);
  });

  test('a control character is never part of a value', () => {
    const { problems } = read({ 'fastcgi-index': 'a\nb' });
    assert.match(problems[0]?.message ?? '', /has a line break/);
  });
});
