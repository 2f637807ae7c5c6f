// allowlist-source-range and denylist-source-range: who gets through, on exact, wildcard and unnamed hosts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml } from '../../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const allowed = '127.0.0.1';
const others = '192.0.2.0/24,2001:db8::/32';

/** Asks an exact, a wildcard and an unnamed host, whose paths all carry these annotations. */
async function answers(annotations: Readonly<Record<string, string>>): Promise<readonly (string | number)[]> {
  const path = ['Prefix / web'];
  await naru.given(
    ingressYaml({ name: 'exact', host: 'who.test', paths: path, annotations }) +
      ingressYaml({ name: 'wildcard', host: '*.who.test', paths: path, annotations }) +
      ingressYaml({ name: 'any', paths: path, annotations }) +
      echoService('web'),
  );
  return Promise.all(['who.test', 'a.who.test', 'a.b.who.test'].map((host) => naru.served(`http://${host}/x`)));
}

const everywhere = <T>(answer: T): readonly T[] => [answer, answer, answer];

test('who is on the list gets through, everybody else is answered 403', async () => {
  assert.deepEqual(await answers({ 'allowlist-source-range': `${others}, ${allowed}` }), everywhere('web'));
  assert.deepEqual(await answers({ 'allowlist-source-range': others }), everywhere(403));
  assert.deepEqual(await answers({ 'whitelist-source-range': others }), everywhere(403));
});

test('who is kept out is answered 403, everybody else gets through', async () => {
  assert.deepEqual(await answers({ 'denylist-source-range': allowed }), everywhere(403));
  assert.deepEqual(await answers({ 'denylist-source-range': others }), everywhere('web'));
});

test('who is on both lists is kept out', async () => {
  assert.deepEqual(await answers({ 'allowlist-source-range': '127.0.0.0/8', 'denylist-source-range': allowed }), everywhere(403));
  assert.deepEqual(await answers({ 'allowlist-source-range': '127.0.0.0/8', 'denylist-source-range': others }), everywhere('web'));
});

test('a list that cannot be read closes its paths, and no others', async () => {
  const wrong = ingressYaml({
    name: 'wrong',
    host: 'who.test',
    paths: ['Prefix /closed web'],
    annotations: { 'denylist-source-range': '::1, 127.0.0.1/a' },
  });
  await naru.given(wrong + ingressYaml({ name: 'open', host: 'who.test', paths: ['Prefix / web'] }) + echoService('web'));
  assert.deepEqual([await naru.served('http://who.test/closed'), await naru.served('http://who.test/')], [503, 'web']);
  assert.deepEqual(
    naru.problems.map(({ code, source: { field } }) => ({ code, field })),
    [{ code: 'NR214', field: 'metadata.annotations["nginx.ingress.kubernetes.io/denylist-source-range"]' }],
  );
});

test('the ConfigMap says what holds for Ingresses that say nothing', async () => {
  const configured = await sharedNaru({ configMap: 'default/naru' });
  await configured.given(
    configMapYaml({ 'whitelist-source-range': others }) +
      ingressYaml({ name: 'silent', host: 'silent.test', paths: ['Prefix / web'] }) +
      ingressYaml({
        name: 'own',
        host: 'own.test',
        paths: ['Prefix / web'],
        annotations: { 'allowlist-source-range': allowed },
      }) +
      echoService('web'),
  );
  assert.deepEqual([await configured.served('http://silent.test/'), await configured.served('http://own.test/')], [403, 'web']);
});
