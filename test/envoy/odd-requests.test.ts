// Paths as clients write them: escapes, dots, slashes, case; and paths as users write them into an Ingress.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

/** Which Service answered, and the path that it saw; or the status, and where it sends the client. */
async function ask(path: string): Promise<string> {
  const { status, headers, body } = await naru.get(`http://odd.test${path}`);
  if (status !== 200) return [status, headers.location].filter((part) => part !== undefined).join(' ');
  const seen = JSON.parse(body) as { service: string; path: string };
  return `${seen.service} ${seen.path}`;
}

test('a path is written in one way before it is compared, and the backend sees it so', async () => {
  await naru.given(ingressYaml({ name: 'web', host: 'odd.test', paths: ['Prefix / root', 'Prefix /a a'] }) + echoService('root', 'a'));
  const answers = {
    '/x/../a': 'a /a',
    '/a/../x': 'root /x',
    '/a/./b': 'a /a/b',
    '/a//b': 'a /a/b',
    '//a': 'a /a',
    '/%61': 'a /a',
    '/x/%2e%2e/a': 'a /a',
    '/..': 'root /',
    '/a/..;/x': 'root /x',
    '/A': 'root /A',
    '/a\\b': 'a /a/b',
    '/a?x=../b%2Fc': 'a /a?x=../b%2Fc',
    // An escaped slash might be one or not: who meant one is asked to say so.
    '/a%2Fb': '307 /a/b',
    '/a/..%2Fx': '307 /x',
    '/a%5Cb': '307 /a/b',
    '/a%00b': '400',
  };
  for (const [path, expected] of Object.entries(answers)) assert.equal(await ask(path), expected, path);
});

test('paths of an Ingress are compared in the same way', async () => {
  const paths = [
    'Prefix / root',
    'Prefix /café cafe',
    'Exact /%c3%a9 accent',
    'Exact /e%41 upper',
    'Exact /b|c pipe',
    'Prefix /%7Eu tilde',
    'Exact /semi;x=1 semi',
  ];
  await naru.given(
    ingressYaml({ name: 'web', host: 'odd.test', paths }) + echoService('root', 'cafe', 'accent', 'upper', 'pipe', 'tilde', 'semi'),
  );
  const answers = {
    '/caf%C3%A9/x': 'cafe /caf%C3%A9/x',
    '/%C3%A9': 'accent /%C3%A9',
    '/eA': 'upper /eA',
    '/e%41': 'upper /eA',
    '/b%7Cc': 'pipe /b%7Cc',
    '/b|c': 'pipe /b%7Cc',
    '/~u/x': 'tilde /~u/x',
    '/semi;x=1': 'semi /semi;x=1',
    '/semi%3Bx=1': 'root /semi%3Bx=1',
  };
  for (const [path, expected] of Object.entries(answers)) assert.equal(await ask(path), expected, path);
});

test('a path that looks like a regular expression is compared letter by letter, and named', async () => {
  await naru.given(
    ingressYaml({ name: 'web', host: 'odd.test', paths: ['Prefix / root', 'Prefix /item/(.*) item'] }) + echoService('root', 'item'),
  );
  assert.equal(await ask('/item/1'), 'root /item/1');
  assert.equal(await ask('/item/(.*)/x'), 'item /item/(.*)/x');
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.field}`),
    ['NR303 spec.rules[0].http.paths[1].path'],
  );
});

test('a rule without paths makes its host known; a backend that is no Service answers 503 for its own path', async () => {
  const backend = { resource: { apiGroup: 'k8s.example.com', kind: 'StorageBucket', name: 'static' } };
  const rules = [{ host: 'odd.test', http: { paths: [{ path: '/static', pathType: 'Prefix', backend }] } }, { host: 'bare.test' }];
  const spec = { ingressClassName: 'naru', rules, defaultBackend: { service: { name: 'rest', port: { number: 80 } } } };
  const bare = `---\n${JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'bare' }, spec })}\n`;
  await naru.given(bare + ingressYaml({ name: 'any', paths: ['Prefix / any'] }) + echoService('rest', 'any'));
  assert.equal(await naru.served('http://bare.test/x'), 'rest');
  assert.equal(await naru.served('http://odd.test/static/x'), 503);
  assert.equal(await naru.served('http://odd.test/x'), 'rest');
  assert.equal(await naru.served('http://unknown.test/x'), 'any');
  assert.deepEqual(
    naru.problems.map(({ code, message, source }) => [code, message, source.field]),
    [['NR503', 'A backend of kind StorageBucket is not supported.', 'spec.rules[0].http.paths[0]']],
  );
});

test('two thousand paths of one host', async () => {
  const paths = Array.from(
    { length: 2000 },
    (_, index) => `${index % 2 === 0 ? 'Prefix' : 'Exact'} /p/${index} ${index % 3 === 0 ? 'a' : 'b'}`,
  );
  await naru.given(ingressYaml({ name: 'many', host: 'odd.test', paths: [...paths, 'Prefix / root'] }) + echoService('a', 'b', 'root'));
  for (const [path, expected] of Object.entries({ '/p/0': 'a', '/p/1999': 'b', '/p/1998/x': 'a', '/p/1999/x': 'root', '/p/20001': 'root' }))
    assert.equal(await naru.served(`http://odd.test${path}`), expected, path);
});
