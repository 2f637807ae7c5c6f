import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

test('a host and a path choose the Service; others get 404', async () => {
  await naru.given(
    ingressYaml({ name: 'web', host: 'shop.test', paths: ['Prefix /shop web', 'Exact /exact exact'] }) + echoService('web', 'exact'),
  );
  const answers = {
    'http://shop.test/shop': 'web',
    'http://shop.test/shop/': 'web',
    'http://shop.test/shop/cart?x=1': 'web',
    'http://shop.test/shopping': 404,
    'http://SHOP.test/shop': 'web',
    'http://shop.test:8080/shop': 'web',
    'http://shop.test/exact': 'exact',
    'http://shop.test/exact/': 404,
    'http://shop.test/': 404,
    'http://other.test/shop': 404,
  };
  for (const [url, expected] of Object.entries(answers)) assert.equal(await naru.served(url), expected, url);
});

test('the longest path wins, and an exact one among equals', async () => {
  const paths = ['Prefix / root', 'Prefix /a a', 'Prefix /a/b/ ab', 'Exact /a exact', 'ImplementationSpecific /c any'];
  await naru.given(ingressYaml({ name: 'web', host: 'long.test', paths }) + echoService('root', 'a', 'ab', 'exact', 'any'));
  const answers = {
    '/': 'root',
    '/x': 'root',
    '/a': 'exact',
    '/a/': 'a',
    '/a/c': 'a',
    '/a/b': 'ab',
    '/a/b/': 'ab',
    '/a/b/c': 'ab',
    '/a/bc': 'a',
    '/c': 'any',
    '/c/d': 'any',
  };
  for (const [path, expected] of Object.entries(answers)) assert.equal(await naru.served(`http://long.test${path}`), expected, path);
});

test('a wildcard host stands for exactly one label, and a named host beats it', async () => {
  await naru.given(
    ingressYaml({ name: 'wild', host: '*.wild.test', paths: ['Prefix / wild'] }) +
      ingressYaml({ name: 'named', host: 'named.wild.test', paths: ['Prefix / named'] }) +
      echoService('wild', 'named'),
  );
  const answers = {
    'http://a.wild.test/': 'wild',
    'http://A.wild.test:8080/x': 'wild',
    'http://named.wild.test/': 'named',
    'http://a.b.wild.test/': 404,
    'http://wild.test/': 404,
    'http://.wild.test/': 404,
    'http://named.wild.test./': 'named',
  };
  for (const [url, expected] of Object.entries(answers)) assert.equal(await naru.served(url), expected, url);
});

test('rules without a host take any host that is not named; the default backend takes what is left', async () => {
  await naru.given(
    ingressYaml({ name: 'any', paths: ['Prefix /any any'] }) +
      ingressYaml({ name: 'named', host: 'named.test', paths: ['Prefix /named named'] }) +
      ingressYaml({ name: 'wild', host: '*.deep.test', paths: ['Prefix /wild wild'] }) +
      ingressYaml({ name: 'fallback', defaultService: 'fallback' }) +
      echoService('any', 'named', 'wild', 'fallback'),
  );
  const answers = {
    'http://whatever.test/any': 'any',
    'http://whatever.test/else': 'fallback',
    'http://named.test/named': 'named',
    'http://named.test/any': 'fallback',
    'http://a.deep.test/wild': 'wild',
    'http://a.b.deep.test/any': 'any',
    'http://a.b.deep.test/wild': 'fallback',
  };
  for (const [url, expected] of Object.entries(answers)) assert.equal(await naru.served(url), expected, url);
});

test('the older of two Ingresses keeps a path, and the younger one is told', async () => {
  await naru.given(
    ingressYaml({ name: 'young', host: 'twice.test', paths: ['Prefix / young', 'Prefix /own young'], created: '2026-02-02T00:00:00Z' }) +
      ingressYaml({ name: 'old', host: 'twice.test', paths: ['Prefix / old'], created: '2026-01-01T00:00:00Z' }) +
      echoService('young', 'old'),
  );
  assert.equal(await naru.served('http://twice.test/'), 'old');
  assert.equal(await naru.served('http://twice.test/own'), 'young');
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.name} ${source.field}`),
    ['NR302 young spec.rules[0].http.paths[0]'],
  );
});

test('the backend sees the request as the client sent it', async () => {
  await naru.given(ingressYaml({ name: 'echo', host: 'echo.test', paths: ['Prefix / web'] }) + echoService('web'));
  const { body } = await naru.get('http://echo.test:8080/a%20b/c?q=%2F&r', { method: 'POST', headers: { 'X-Custom': 'yes' } });
  const { host, path, method, headers } = JSON.parse(body) as {
    host: string;
    path: string;
    method: string;
    headers: Record<string, string>;
  };
  assert.deepEqual(
    { host, path, method, custom: headers['x-custom'] },
    { host: 'echo.test:8080', path: '/a%20b/c?q=%2F&r', method: 'POST', custom: 'yes' },
  );
});
