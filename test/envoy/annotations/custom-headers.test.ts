// custom-headers: what answers carry, and what happens where the ConfigMap holds what is not allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml } from '../../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru({ configMap: 'default/naru' });
});

const ingresses =
  ingressYaml({ name: 'with', host: 'headers.test', paths: ['Prefix /with web'], annotations: { 'custom-headers': 'answers' } }) +
  ingressYaml({ name: 'without', host: 'headers.test', paths: ['Prefix / web'] }) +
  echoService('web');

async function seen(path: string): Promise<unknown> {
  const { status, headers } = await naru.get(`http://headers.test${path}`);
  return status === 200 ? [headers['x-rate'], headers['x-frame-options'], headers['content-type']] : status;
}

test('answers have the headers of the ConfigMap, in place of those of the backend and on these paths alone', async () => {
  const allowed = configMapYaml({ 'global-allowed-response-headers': 'X-Rate, X-Frame-Options,Content-Type' });
  const map = configMapYaml({ 'X-Rate': '100% of $host', 'X-Frame-Options': 'DENY', 'Content-Type': 'text/odd' }, 'answers');
  await naru.given(allowed + map + ingresses);
  assert.deepEqual(await seen('/with'), ['100% of $host', 'DENY', 'text/odd']);
  assert.deepEqual(await seen('/'), [undefined, undefined, 'application/json']);
  assert.deepEqual(naru.problems, []);
});

test('a header that is not allowed closes the paths, and no others', async () => {
  const map = configMapYaml({ 'X-Rate': '1', 'X-Frame-Options': 'DENY' }, 'answers');
  await naru.given(configMapYaml({ 'global-allowed-response-headers': 'X-Rate' }) + map + ingresses);
  assert.deepEqual([await seen('/with'), await seen('/')], [503, [undefined, undefined, 'application/json']]);
  assert.deepEqual(naru.problems.map(({ code }) => code).toSorted(), ['NR219', 'NR807']);
});

test('a ConfigMap that comes later opens them', async () => {
  const allowed = configMapYaml({ 'global-allowed-response-headers': 'X-Rate' });
  await naru.given(allowed + ingresses);
  assert.deepEqual([await seen('/with'), naru.problems.map(({ code }) => code)], [503, ['NR219']]);
  await naru.given(allowed + configMapYaml({ 'X-Rate': '1' }, 'answers') + ingresses);
  assert.deepEqual(await seen('/with'), ['1', undefined, 'application/json']);
});
