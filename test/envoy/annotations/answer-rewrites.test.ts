// proxy-cookie-domain, proxy-cookie-path, proxy-redirect-from and -to: what clients see of what a backend says of itself.
import assert from 'node:assert/strict';
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { podAddress } from '../../support/local-address.ts';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../../support/yaml.ts';
import { portOf } from '../../support/listen.ts';

let naru: Naru;
let server: Server;
let backend: string;
let said: OutgoingHttpHeaders;

describe('answer rewrites', () => {
  before(async () => {
    naru = await sharedNaru();
    server = createServer((_, answer) => {
      answer.writeHead(200, said).end();
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    backend = echoService('web') + sliceYaml('web', [await podAddress()], portOf(server));
  });
  after(() => server.close());

  async function given(annotations: Readonly<Record<string, string>>): Promise<void> {
    await naru.given(backend + ingressYaml({ name: 'web', host: 'shop.test', paths: ['Prefix / web'], annotations }));
  }

  async function cookies(...sent: string[]): Promise<readonly string[] | undefined> {
    said = { 'set-cookie': sent };
    return (await naru.get('http://shop.test/')).headers['set-cookie'];
  }

  async function redirect(location: string, refresh = ''): Promise<readonly unknown[]> {
    said = { location, ...(refresh !== '' && { refresh }) };
    const { headers } = await naru.get('http://shop.test/');
    return [headers.location, ...(refresh === '' ? [] : [headers['refresh']])];
  }

  const sent = ['a=1; Path=/app/x; Domain=.PODS.internal; Secure', 'b=path=/app/; path=/app', 'c=3; domain=other.internal;PATH=/app/'];

  test('the domain and the path of cookies are those of the annotations, and all else stays', async () => {
    await given({ 'proxy-cookie-domain': 'pods.internal shop.test', 'proxy-cookie-path': '/app/ /' });
    const expected = ['a=1; Path=/x; Domain=.shop.test; Secure', 'b=path=/app/; path=/app', 'c=3; domain=other.internal;PATH=/'];
    assert.deepEqual(await cookies(...sent), expected);
  });

  test('off leaves cookies as they are, and so does what cannot be read', async () => {
    for (const value of ['off', 'off; os.exit() b', '%1 %0']) {
      await given({ 'proxy-cookie-domain': value, 'proxy-cookie-path': value });
      assert.deepEqual(await cookies(...sent), sent, value);
    }
  });

  test('an expression replaces the whole of what it finds, domains without regard to case', async () => {
    await given({ 'proxy-cookie-domain': '~pods.int shop.test', 'proxy-cookie-path': '~/App?/ /' });
    const found = await cookies('a=1; Domain=x.PODS-internal; Path=/y/Ap/z', 'b=1; domain=pods; path=/app/');
    assert.deepEqual(found, ['a=1; Domain=shop.test; Path=/', 'b=1; domain=pods; path=/app/']);
  });

  test('CVE-2026-41246: signs of Lua in a value are text', async () => {
    await given({ 'proxy-cookie-path': '/a.-:=&? /,?-' });
    assert.deepEqual(await cookies('a=1; path=/a.-:=&?/b', 'a=1; path=/ab'), ['a=1; path=/,?-/b', 'a=1; path=/ab']);
    await given({ 'proxy-cookie-path': '/ /"..os.exit().."' });
    assert.deepEqual(await cookies('a=1; path=/'), ['a=1; path=/']);
  });

  test('the cookie of a session is none of the backend', async () => {
    await given({ 'proxy-cookie-path': '/ /app', affinity: 'cookie', 'session-cookie-path': '/' });
    const found = (await cookies('a=1; path=/')) ?? [];
    assert.ok(found.includes('a=1; path=/app') && found.length === 2, found.join('\n'));
    assert.match(found.find((cookie) => cookie.startsWith('INGRESSCOOKIE=')) ?? '', /Path=\/(?:;|$)/);
  });

  test('redirects of the backend lead where the annotations say, a path with the host of the client', async () => {
    await given({ 'proxy-redirect-from': 'http://pods.internal/', 'proxy-redirect-to': '/app/' });
    assert.deepEqual(await redirect('http://pods.internal/x?y=1', '5; URL=http://pods.internal/z'), [
      'http://shop.test/app/x?y=1',
      '5; URL=/app/z',
    ]);
    assert.deepEqual(await redirect('http://other/'), ['http://other/']);
  });

  test('with relative-redirects it stays a path', async () => {
    await given({ 'proxy-redirect-from': '~http://p', 'proxy-redirect-to': '/app', 'relative-redirects': 'true' });
    assert.deepEqual(await redirect('x-http://pods/y'), ['/app']);
  });

  test('hosts that are no exact names have it as well', async () => {
    const annotations = { 'proxy-cookie-path': '/app/ /' };
    const hosts = [{ name: 'wild', host: '*.wild.test' }, { name: 'any' }];
    await naru.given(backend + hosts.map((each) => ingressYaml({ ...each, paths: ['Prefix / web'], annotations })).join(''));
    said = { 'set-cookie': ['a=1; path=/app/x'] };
    for (const host of ['a.wild.test', 'elsewhere.test']) {
      assert.deepEqual((await naru.get(`http://${host}/`)).headers['set-cookie'], ['a=1; path=/x'], host);
    }
  });

  test('without one of the two, or off, redirects stay as they are', async () => {
    const halves = [{ 'proxy-redirect-from': 'http://' }, { 'proxy-redirect-to': '/' }];
    for (const annotations of [...halves, { 'proxy-redirect-from': 'off', 'proxy-redirect-to': '/' }]) {
      await given(annotations);
      assert.deepEqual(await redirect('http://pods.internal/'), ['http://pods.internal/'], JSON.stringify(annotations));
    }
  });

  test('what Envoy answers by itself is no redirect of the backend', async () => {
    const rewrite = { 'proxy-redirect-from': 'https://', 'proxy-redirect-to': 'http://elsewhere/' };
    await given({ ...rewrite, 'force-ssl-redirect': 'true' });
    assert.match((await naru.get('http://shop.test/a')).headers.location ?? '', /^https:\/\/shop\.test/);
  });
});
