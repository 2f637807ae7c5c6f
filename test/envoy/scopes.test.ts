// Which scope a request finds: that of its exact host, or that of all other hosts.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const everyKind = (): string =>
  ingressYaml({ name: 'named', host: 'named.scope.test', paths: ['Prefix /a named'] }) +
  ingressYaml({ name: 'wild', host: '*.scope.test', paths: ['Prefix / wild'] }) +
  ingressYaml({ name: 'any', paths: ['Prefix / any'] }) +
  echoService('named', 'wild', 'any');

test('the host is found however it is written, and an exact host is never taken for another', async () => {
  await naru.given(everyKind());
  const answers = {
    'named.scope.test/a': 'named',
    'named.scope.test:8080/a': 'named',
    'named.scope.test./a': 'named',
    'Named.Scope.test/a': 'named',
    'NAMED.scope.test:8080/a': 'named',
    'named.scope.test/b': 404,
    'Named.scope.test/b': 404,
    'x.scope.test/a': 'wild',
    'X.Scope.Test:8080/a': 'wild',
    'x.scope.test./a': 'wild',
    'x.y.scope.test/a': 'any',
    'scope.test/a': 'any',
    'nobody/a': 'any',
    '10.1.2.3:80/a': 'any',
    '[::1]:80/a': 'any',
    'other/a': 'any',
  };
  for (const [request, expected] of Object.entries(answers)) {
    const at = request.indexOf('/');
    const details = { headers: { host: request.slice(0, at) } };
    assert.equal(await naru.served(`http://named.scope.test${request.slice(at)}`, details), expected, request);
  }
});

test('a client cannot choose a scope: neither by the header nor by its name as a host', async () => {
  await naru.given(everyKind());
  const chosen = { 'x-naru-scope': 'named.scope.test', 'x-naru-chain': 'https/default' };
  for (const [url, expected] of [
    ['http://x.scope.test/a', 'wild'],
    ['http://named.scope.test/a', 'named'],
    ['http://nobody/a', 'any'],
  ] as const) {
    const { body, status } = await naru.get(url, { headers: chosen });
    assert.equal(status, 200);
    const { service, headers } = JSON.parse(body) as { service: string; headers: Record<string, string> };
    assert.equal(service, expected);
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('x-naru')),
      [],
    );
  }
  for (const host of ['{other}', '{other}:x.scope.test']) {
    assert.equal((await naru.get('http://named.scope.test/a', { headers: { host } })).status, 400, host);
  }
});

test('who may not pass does not pass, however the host is found and written', async () => {
  const annotations = { 'whitelist-source-range': '192.0.2.0/24' };
  await naru.given(
    ingressYaml({ name: 'named', host: 'named.scope.test', paths: ['Prefix / named'], annotations }) +
      ingressYaml({ name: 'wild', host: '*.scope.test', paths: ['Prefix / wild'], annotations }) +
      ingressYaml({ name: 'any', paths: ['Prefix / any'], annotations }) +
      echoService('named', 'wild', 'any'),
  );
  for (const host of ['named.scope.test', 'NAMED.scope.test:80', 'x.scope.test', 'X.scope.test.', 'nobody']) {
    assert.equal((await naru.get('http://named.scope.test/', { headers: { host } })).status, 403, host);
  }
});

test('a protection holds from the change with which it comes, on a host whose requests went through without its filter', async () => {
  const host = 'named.scope.test';
  const open = ingressYaml({ name: 'named', host, paths: ['Prefix / named'] });
  const closed = ingressYaml({ name: 'named', host, paths: ['Prefix / named'], annotations: { 'whitelist-source-range': '192.0.2.0/24' } });
  for (const [given, status] of [
    [open, 200],
    [closed, 403],
    [open, 200],
    [closed, 403],
  ] as const) {
    await naru.given(given + echoService('named'));
    assert.equal((await naru.get(`http://${host}/`)).status, status);
  }
});

test('an upgrade to a websocket goes through for a wildcard host', async () => {
  await naru.given(everyKind());
  const socket = connect(naru.ports.http, '127.0.0.1');
  socket.write('GET /a HTTP/1.1\r\nhost: x.scope.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  const first = await new Promise<Buffer>((resolve, reject) => socket.once('data', resolve).once('error', reject));
  socket.destroy();
  // The echo backend does not upgrade; 403 would be Envoy's own answer where a route does not allow it.
  assert.match(first.toString(), /^HTTP\/1\.1 (?:101|200) /);
});

test('an Envoy that starts has the routes of all hosts as soon as it takes connections', async (t) => {
  const fresh = await Naru.start();
  t.after(() => fresh.stop());
  const last = 99;
  const hosts = Array.from({ length: last + 1 }, (_, index) =>
    ingressYaml({ name: `h${index}`, host: `h${index}.start.test`, paths: ['Prefix / web'] }),
  );
  const first = (host: string) => eventually('the listener takes connections', async () => (await fresh.get(`http://${host}/`)).status);
  const [, ...answers] = await Promise.all([
    fresh.given(hosts.join('') + echoService('web')),
    ...['h0.start.test', `h${last}.start.test`].map(first),
  ]);
  assert.deepEqual(answers, [200, 200]);
});

test('hosts come and go between the scopes', async () => {
  const paths = ['Prefix / web'];
  for (const [host, expected] of [
    ['x.scope.test', 'web'],
    ['*.scope.test', 'web'],
    [undefined, 'web'],
    ['y.scope.test', 404],
  ] as const) {
    await naru.given(ingressYaml({ name: 'web', ...(host === undefined ? {} : { host }), paths }) + echoService('web'));
    assert.equal(await naru.served('http://x.scope.test/'), expected, host);
  }
});
