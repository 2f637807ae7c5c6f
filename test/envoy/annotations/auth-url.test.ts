// auth-url and its family, with an authentication service that a test tells what to answer.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

let naru: Naru;
let service: Server;
let url = '';
let answer: { status: number; headers?: OutgoingHttpHeaders } = { status: 200 };
const asked: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];

describe('auth url', () => {
  before(async () => {
    service = createServer(({ method = '', url: path = '', headers }, response) => {
      asked.push({ method, url: path, headers });
      response.writeHead(answer.status, answer.headers).end('what the service says');
    });
    await listen(service);
    url = `http://127.0.0.1:${portOf(service)}`;
  });
  after(() => service.close());

  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  /** One exact host, one wildcard, and any other: a protection holds on each. */
  async function given(annotations: Readonly<Record<string, string>>, to = naru, more = ''): Promise<void> {
    const paths = ['Prefix / web'];
    const hosts = [{ name: 'exact', host: 'ask.test' }, { name: 'wildcard', host: '*.ask.test' }, { name: 'any' }];
    const open = ingressYaml({ name: 'open', host: 'ask.test', paths: ['Prefix /open web'] });
    await to.given(hosts.map((each) => ingressYaml({ ...each, paths, annotations })).join('') + open + echoService('web') + more);
    asked.length = 0;
  }

  const urls = ['http://ask.test/', 'http://a.ask.test/', 'http://elsewhere.test/'];
  const statuses = (details = {}) => Promise.all(urls.map((one) => naru.served(one, details)));
  const everywhere = <T>(one: T): readonly T[] => [one, one, one];

  test('2xx lets a request pass, 401 and 403 are handed on, anything else is a 500', async () => {
    await given({ 'auth-url': `${url}/check` });
    for (const [status, expected] of [
      [200, 'web'],
      [202, 'web'],
      [204, 'web'],
      [299, 'web'],
      [401, 401],
      [403, 403],
      [302, 500],
      [404, 500],
      [500, 500],
    ] as const) {
      answer = { status };
      assert.deepEqual(await statuses(), everywhere(expected), String(status));
    }
  });

  test('the service is asked by GET, with the headers of the client and where it wants to go', async () => {
    await given({ 'auth-url': `${url}/check?a=b` });
    answer = { status: 200 };
    const headers = {
      cookie: 'session=1',
      'content-type': 'text/plain',
      'x-real-ip': '192.0.2.1',
      'x-original-url': 'http://forged/',
      'x-request-id': 'one',
    };
    await naru.get('http://ask.test:81/a%20b?c=d', { method: 'POST', headers });
    const [{ method, url: path, headers: seen } = { headers: {} }] = asked;
    assert.deepEqual([method, path], ['GET', '/check?a=b']);
    const names = [
      'host',
      'cookie',
      'x-original-url',
      'x-original-method',
      'x-sent-from',
      'x-real-ip',
      'x-forwarded-for',
      'x-auth-request-redirect',
      'x-request-id',
      'x-original-uri',
      'content-length',
    ];
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, seen[name]])), {
      host: url.replace('http://', ''),
      cookie: 'session=1',
      'x-original-url': 'http://ask.test:81/a%20b?c=d',
      'x-original-method': 'POST',
      'x-sent-from': 'nginx-ingress-controller',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-for': '127.0.0.1',
      'x-auth-request-redirect': '/a%20b?c=d',
      'x-request-id': 'one',
      'x-original-uri': undefined,
      'content-length': undefined,
    });
  });

  test('auth-method, auth-request-redirect and variables in the URL', async () => {
    await given({
      'auth-url': `${url}/$request_method/$http_x_tenant?c=$cookie_c&q=$arg_q`,
      'auth-method': 'HEAD',
      'auth-request-redirect': 'https://$http_host/after',
    });
    await naru.get('http://ask.test/p?q=1', { headers: { 'x-tenant': 't1', cookie: 'b=2; c=3' } });
    const [{ method, url: path, headers } = { headers: {} }] = asked;
    assert.deepEqual([method, path], ['HEAD', '/GET/t1?c=3&q=1']);
    assert.deepEqual([headers['x-auth-request-redirect'], headers['x-original-uri']], ['https://ask.test/after', '/p?q=1']);
  });

  test('what the service says of the headers replaces what the client says, also where it says nothing', async () => {
    await given({ 'auth-url': url, 'auth-response-headers': 'X-User, X-Groups' });
    answer = { status: 200, headers: { 'x-user': 'ada', 'x-other': 'not asked for' } };
    const { body } = await naru.get('http://ask.test/', { headers: { 'x-user': 'forged', 'x-groups': 'forged' } });
    const { headers } = JSON.parse(body) as { headers: Record<string, string> };
    assert.deepEqual([headers['x-user'], headers['x-groups'], headers['x-other']], ['ada', undefined, undefined]);
  });

  test('cookies of the service reach the client, and the challenge of a 401 does', async () => {
    await given({ 'auth-url': url });
    answer = { status: 200, headers: { 'set-cookie': ['a=1', 'b=2; Path=/'] } };
    assert.deepEqual((await naru.get('http://ask.test/')).headers['set-cookie'], ['a=1', 'b=2; Path=/']);
    answer = { status: 401, headers: { 'www-authenticate': 'Bearer realm="x"', 'x-secret': '1' } };
    const refused = await naru.get('http://ask.test/');
    assert.deepEqual([refused.headers['www-authenticate'], refused.headers['x-secret']], ['Bearer realm="x"', undefined]);
    assert.equal(refused.body, 'Authorization Required\n');
  });

  test('auth-signin sends who is not known away, with the way back', async () => {
    answer = { status: 401, headers: { 'set-cookie': ['state=1', 'csrf=2'] } };
    const back = 'http://ask.test%2Fa%3Fb%3Dc%26d%3D%27%2520';
    for (const [signIn, location] of [
      ['https://in.test/start', `https://in.test/start?rd=${back}`],
      ['https://in.test/start?x=1', `https://in.test/start?x=1&rd=${back}`],
      ['https://in.test/start?rd=$escaped_request_uri', 'https://in.test/start?rd=%2Fa%3Fb%3Dc%26d%3D%27%2520'],
      ['https://$host/start?rd=/', 'https://ask.test/start?rd=/'],
    ] as const) {
      await given({ 'auth-url': url, 'auth-signin': signIn });
      const { status, headers } = await naru.get("http://ask.test/a?b=c&d='%20");
      assert.deepEqual([status, headers['location'], headers['set-cookie']], [302, location, ['state=1', 'csrf=2']]);
    }
    await given({ 'auth-url': url, 'auth-signin': 'https://in.test/', 'auth-signin-redirect-param': 'next' });
    assert.equal((await naru.get('http://ask.test/')).headers['location'], 'https://in.test/?next=http://ask.test%2F');
    answer = { status: 403 };
    assert.equal((await naru.get('http://ask.test/')).status, 403);
  });

  test('answers are remembered by their key where this is asked for, and only those that may be', async () => {
    const times = async (session: string) => {
      const earlier = asked.length;
      const status = await naru.served('http://ask.test/', { headers: { cookie: `session=${session}` } });
      return `${status}, ${asked.length - earlier} asked`;
    };
    await given({ 'auth-url': url, 'auth-cache-key': '$cookie_session', 'auth-cache-duration': '200 401 5m' });
    answer = { status: 200, headers: { 'x-kept': '1' } };
    assert.deepEqual([await times('a'), await times('a'), await times('b')], ['web, 1 asked', 'web, 0 asked', 'web, 1 asked']);
    answer = { status: 401 };
    assert.deepEqual([await times('a'), await times('c'), await times('c')], ['web, 0 asked', '401, 1 asked', '401, 0 asked']);
    answer = { status: 403 };
    assert.deepEqual([await times('d'), await times('d')], ['403, 1 asked', '403, 1 asked']);
    answer = { status: 200, headers: { 'set-cookie': 'own=1' } };
    assert.deepEqual([await times('e'), await times('e')], ['web, 1 asked', 'web, 1 asked']);
    await given({ 'auth-url': url });
    answer = { status: 200 };
    assert.deepEqual([await times('a'), await times('a')], ['web, 1 asked', 'web, 1 asked']);
  });

  test('a service that is not there is a 500, and nobody passes', async () => {
    await given({ 'auth-url': 'http://127.0.0.1:1/' });
    assert.deepEqual(await statuses(), everywhere(500));
    assert.equal(await naru.served('http://ask.test/open'), 'web');
  });

  test('the metadata of a cloud is never asked', async () => {
    await given({ 'auth-url': 'http://169.254.169.254/latest' });
    assert.deepEqual(await statuses(), everywhere(500));
  });

  // CVE-2025-24514: auth-url was pasted into nginx.conf; CVE-2026-1580: auth-method passed with anything around a verb.
  test('CVE-2025-24514, CVE-2026-1580: what cannot be read closes the path, and no other', async () => {
    answer = { status: 200 };
    for (const wrong of [
      { 'auth-url': 'http://a/#;}\n\nlocation / { }' },
      { 'auth-url': 'file:///etc/passwd' },
      { 'auth-url': 'http://user@a/' },
      { 'auth-url': 'http://a/$nothing_known' },
      { 'auth-url': url, 'auth-method': 'GET; return 200' },
      { 'auth-url': url, 'auth-method': 'CONNECT' },
      { 'auth-url': url, 'auth-signin': 'javascript:alert(1)' },
      { 'auth-url': url, 'auth-response-headers': 'X-User;' },
      { 'auth-url': url, 'auth-cache-key': 'a b' },
      { 'auth-url': url, 'auth-cache-duration': 'long' },
    ]) {
      await given(wrong);
      assert.deepEqual(await statuses(), everywhere(503), JSON.stringify(wrong));
      assert.equal(await naru.served('http://ask.test/open'), 'web');
    }
  });

  test('satisfy: any asks the service only about who is not on the list', async () => {
    answer = { status: 401 };
    await given({ 'auth-url': url, 'allowlist-source-range': '127.0.0.1', satisfy: 'any', 'auth-response-headers': 'X-User' });
    assert.deepEqual(await statuses(), everywhere('web'));
    assert.equal(asked.length, 0);
    const { body } = await naru.get('http://ask.test/', { headers: { 'x-user': 'forged' } });
    assert.equal((JSON.parse(body) as { headers: Record<string, string> }).headers['x-user'], undefined);
    await given({ 'auth-url': url, 'allowlist-source-range': '192.0.2.1', satisfy: 'any' });
    assert.deepEqual(await statuses(), everywhere(401));
  });

  test('global-auth-url holds where an Ingress says nothing, unless it does not want it or the path is exempt', async () => {
    const configured = await sharedNaru({ configMap: 'default/naru' });
    const paths = ['Prefix / web', 'Prefix /.well-known/acme-challenge/x web'];
    const objects =
      ingressYaml({ name: 'silent', host: 'silent.test', paths }) +
      ingressYaml({ name: 'own', host: 'own.test', paths, annotations: { 'auth-url': `${url}/own` } }) +
      ingressYaml({ name: 'off', host: 'off.test', paths, annotations: { 'enable-global-auth': 'false' } }) +
      echoService('web');
    const served = () =>
      Promise.all(
        ['silent.test/', 'silent.test/.well-known/acme-challenge/x', 'own.test/', 'off.test/'].map((one) =>
          configured.served(`http://${one}`),
        ),
      );
    await configured.given(configMapYaml({ 'global-auth-url': `${url}/global` }) + objects);
    answer = { status: 401 };
    asked.length = 0;
    assert.deepEqual(await served(), [401, 'web', 401, 'web']);
    assert.deepEqual(new Set(asked.map((one) => one.url)), new Set(['/global', '/own']));
    await configured.given(configMapYaml({ 'global-auth-url': 'no URL' }) + objects);
    assert.deepEqual(await served(), [503, 'web', 401, 'web']);
    await configured.given(configMapYaml({}) + objects);
    assert.deepEqual(await served(), ['web', 'web', 401, 'web']);
  });

  test('auth-proxy-set-headers: the service gets the headers of a ConfigMap in place of the client\u2019s', async () => {
    const asks = { 'auth-url': url, 'auth-proxy-set-headers': 'told' };
    const headers = { 'x-tenant': 'forged', cookie: 'a=b' };
    const toldWith = async (entries: string): Promise<readonly unknown[]> => {
      await given(asks, naru, entries);
      answer = { status: 200 };
      await naru.get('http://ask.test/x?y=z', { headers });
      const [{ headers: seen } = { headers: {} }] = asked;
      return ['x-tenant', 'x-wanted', 'cookie'].map((name) => seen[name]);
    };
    const entries = { 'X-Tenant': 'shop', 'X-Wanted': 'to ${host}$request_uri', Cookie: '' };
    assert.deepEqual(await toldWith(configMapYaml(entries, 'told')), ['shop', 'to ask.test/x?y=z', undefined]);
    assert.deepEqual(await toldWith(configMapYaml({}, 'told')), ['forged', undefined, 'a=b']);
    for (const wrong of ['', configMapYaml({ Host: 'elsewhere' }, 'told'), configMapYaml({ 'X-Odd': '$nothing' }, 'told')]) {
      await given(asks, naru, wrong);
      assert.deepEqual(await statuses(), everywhere(503));
    }
  });

  test('auth-snippet: the service gets the headers that it sets; a line that is not read closes the paths', async () => {
    const settings = { 'allow-snippet-annotations': 'true', 'annotations-risk-level': 'Critical' };
    const configured = await sharedNaru({ configMap: 'default/naru' });
    const asking = (snippet: string, said: Readonly<Record<string, string>> = settings) =>
      given({ 'auth-url': url, 'auth-snippet': snippet }, configured, configMapYaml(said));
    await asking('proxy_set_header X-Tenant "shop";\nproxy_set_header X-Wanted $host;');
    answer = { status: 200 };
    await configured.get('http://ask.test/', { headers: { 'x-tenant': 'forged' } });
    const [{ headers } = { headers: {} }] = asked;
    assert.deepEqual([headers['x-tenant'], headers['x-wanted']], ['shop', 'ask.test']);
    for (const line of ['proxy_set_header X-Tenant $nothing;', 'deny all;', 'proxy_set_header Host a;', 'proxy_set_header']) {
      await asking(line);
      assert.equal(await configured.served('http://ask.test/'), 503, line);
    }
    await asking('proxy_set_header X-Tenant "shop";', { 'annotations-risk-level': 'Critical' });
    assert.equal(await configured.served('http://ask.test/'), 503);
  });
});
