import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateSecrets } from '../support/certificates.ts';
import { built } from '../support/build.ts';
import { ingress, naruClass, remove, service, upsert } from '../support/objects.ts';

const dayMs = 86_400_000;
const tls = [{ hosts: ['a.test', 'b.test'], secretName: 'a.test' }];

test('what is told of a certificate follows the time that is told, and nothing that Envoys get does', async () => {
  const [secret] = await certificateSecrets(['a.test']);
  assert.ok(secret !== undefined);
  const web = ingress({ name: 'web', host: 'a.test', paths: [{ path: '/', service: 'web' }], tls });
  const build = built([naruClass, web, service('web'), secret]);
  const codes = (): readonly string[] =>
    build.problems().map(({ code, source }) => `${code} ${source.kind} ${source.name} ${source.field}`);
  assert.deepEqual(codes(), []);
  const [expired, soon] = ['NR404', 'NR405'].map((code) => `${code} Ingress web spec.tls[0].secretName`);
  for (const [days, expected] of [
    [-2, [expired]],
    [0, []],
    [354, []],
    [356, [soon]],
    [366, [expired]],
  ] as const) {
    const { snapshot } = build.tellTime(Date.now() + days * dayMs);
    assert.deepEqual({ codes: codes(), snapshot }, { codes: expected, snapshot: undefined }, `after ${days} days`);
  }
  assert.deepEqual(build.tellTime(Date.now() + 366 * dayMs).newProblems, [], 'it is told once');
  build.apply([remove(web)]);
  assert.deepEqual(codes(), []);
  const { newProblems } = build.apply([upsert(web)]);
  assert.deepEqual(
    newProblems.map(({ code }) => code),
    ['NR404'],
    'an Ingress that comes later is measured by the same time',
  );
});
