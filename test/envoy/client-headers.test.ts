import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import type { RequestDetails } from '../support/request.ts';
import { configMapYaml, echoService, ingressYaml, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy and a ConfigMap', async () => {
  naru = await sharedNaru({ configMap: 'default/naru', https: { port: 8443, named: false } });
});

type Headers = Readonly<Record<string, string | undefined>>;

const objects =
  ingressYaml({
    name: 'web',
    host: 'web.test',
    paths: ['Prefix / web'],
    tls: ['secret web.test'],
    annotations: { 'ssl-redirect': 'false' },
  }) +
  echoService('web') +
  tlsSecretYaml('secret', 'web.test');

/** The headers that the backend got. */
async function received(url: string, details?: RequestDetails): Promise<Headers> {
  const { body } = await naru.get(url, { ...details, fresh: true });
  return (JSON.parse(body) as { headers: Headers }).headers;
}

/** Gives these settings, and waits until a listener with them takes requests: of these headers these are what arrives. */
async function expectReceived(
  data: Readonly<Record<string, string>>,
  sent: Readonly<Record<string, string>>,
  expected: Headers,
  more = '',
): Promise<void> {
  await naru.given(configMapYaml(data) + objects + more);
  const pick = (headers: Headers): Headers => Object.fromEntries(Object.keys(expected).map((name) => [name, headers[name]]));
  const start = performance.now();
  for (;;) {
    const found = pick(await received('http://web.test/a?b=c', { headers: sent }));
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    if (performance.now() - start > 5000) assert.deepEqual(found, expected);
  }
}

/** What a client may say of itself to be taken for another one. */
const spoofed = {
  'X-Forwarded-For': '198.51.100.1, 203.0.113.7',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'other.test',
  'X-Forwarded-Port': '9999',
  'X-Forwarded-Scheme': 'https',
  'X-Scheme': 'https',
  'X-Real-IP': '198.51.100.2',
  'X-Original-Forwarded-For': '198.51.100.3',
  'X-Original-Forwarded-Host': 'else.test',
  X_Forwarded_For: '198.51.100.4',
  X_Real_IP: '198.51.100.5',
  'X-Envoy-Internal': 'true',
  'X-Envoy-External-Address': '198.51.100.6',
  'X-Envoy-Upstream-Rq-Timeout-Ms': '1',
  'X-Naru-Chain': 'https/default',
  Proxy: 'http://evil.test',
};

test('by default nothing is believed: the backend hears who has connected, and what the client claimed under another name', async () => {
  await expectReceived({}, spoofed, {
    host: 'web.test',
    'x-real-ip': '127.0.0.1',
    'x-forwarded-for': '127.0.0.1',
    'x-original-forwarded-for': '198.51.100.1, 203.0.113.7',
    'x-forwarded-host': 'web.test',
    'x-original-forwarded-host': 'other.test',
    'x-forwarded-port': '80',
    'x-forwarded-proto': 'http',
    'x-forwarded-scheme': 'http',
    'x-scheme': 'http',
  });
  const headers = await received('http://web.test/', { headers: spoofed });
  const left = Object.keys(headers).filter((name) => /_|^x-envoy-|^x-naru-|^proxy$|^x-original-uri$/.test(name));
  assert.deepEqual(left, []);
});

test('a request that claims nothing leaves no empty headers, and gets an identifier', async () => {
  await naru.given(configMapYaml({}) + objects);
  const headers = await received('http://web.test:8080/');
  assert.deepEqual(
    Object.keys(headers)
      .filter((name) => name.startsWith('x-'))
      .sort(),
    [
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-forwarded-proto',
      'x-forwarded-scheme',
      'x-real-ip',
      'x-request-id',
      'x-scheme',
    ],
  );
  assert.match(headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(headers['x-forwarded-host'], 'web.test:8080');
  const own = await received('http://web.test/', { headers: { 'X-Request-ID': 'mine' } });
  assert.equal(own['x-request-id'], 'mine');
  const secure = await received('https://web.test/');
  assert.deepEqual(
    ['x-forwarded-proto', 'x-forwarded-scheme', 'x-scheme', 'x-forwarded-port'].map((name) => secure[name]),
    ['https', 'https', 'https', '443'],
  );
});

test('use-forwarded-headers: address, scheme, port and host are what the proxy in front says', async () => {
  await expectReceived({ 'use-forwarded-headers': 'true' }, spoofed, {
    'x-real-ip': '198.51.100.1',
    'x-forwarded-for': '198.51.100.1',
    'x-original-forwarded-for': '198.51.100.1, 203.0.113.7',
    'x-forwarded-host': 'other.test',
    'x-forwarded-port': '9999',
    'x-forwarded-proto': 'https',
    'x-forwarded-scheme': 'https',
    'x-scheme': 'https',
  });
  const headers = await received('http://web.test/', { headers: spoofed });
  assert.deepEqual(
    Object.keys(headers).filter((name) => /_|^x-envoy-|^proxy$/.test(name)),
    [],
  );
  const silent = await received('http://web.test/');
  assert.deepEqual(
    ['x-real-ip', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-host'].map((name) => silent[name]),
    ['127.0.0.1', 'http', '80', 'web.test'],
  );
});

test('proxy-real-ip-cidr: only the addresses of trusted proxies are skipped, and only they are believed', async () => {
  const trusted = { 'use-forwarded-headers': 'true', 'proxy-real-ip-cidr': '127.0.0.0/8, 203.0.113.0/24' };
  await expectReceived(trusted, { 'X-Forwarded-For': '192.0.2.9, 198.51.100.1, 203.0.113.7' }, { 'x-real-ip': '198.51.100.1' });
  const others = { 'use-forwarded-headers': 'true', 'proxy-real-ip-cidr': '10.0.0.0/8' };
  await expectReceived(others, { 'X-Forwarded-For': '198.51.100.1' }, { 'x-real-ip': '127.0.0.1', 'x-forwarded-for': '127.0.0.1' });
});

test('compute-full-forwarded-for: the peer is put behind what the request says', async () => {
  const full = { 'use-forwarded-headers': 'true', 'compute-full-forwarded-for': 'true' };
  await expectReceived(
    full,
    { 'X-Forwarded-For': '198.51.100.1' },
    { 'x-real-ip': '198.51.100.1', 'x-forwarded-for': '198.51.100.1,127.0.0.1' },
  );
  await expectReceived(full, {}, { 'x-forwarded-for': '127.0.0.1', 'x-original-forwarded-for': undefined });
});

test('enable-real-ip: the address is believed and nothing else', async () => {
  await expectReceived({ 'enable-real-ip': 'true' }, spoofed, {
    'x-real-ip': '198.51.100.1',
    'x-forwarded-for': '198.51.100.1',
    'x-forwarded-host': 'web.test',
    'x-forwarded-port': '80',
    'x-forwarded-proto': 'http',
  });
});

test('forwarded-for-header: another header carries the address', async () => {
  const other = { 'enable-real-ip': 'true', 'forwarded-for-header': 'CF-Connecting-IP', 'proxy-real-ip-cidr': '127.0.0.1' };
  const sent = { 'X-Forwarded-For': '198.51.100.1', 'CF-Connecting-IP': '198.51.100.9' };
  await expectReceived(other, sent, {
    'x-real-ip': '198.51.100.9',
    'x-forwarded-for': '198.51.100.9',
    'x-original-forwarded-for': '198.51.100.9',
  });
  await expectReceived(other, { 'X-Forwarded-For': '198.51.100.1' }, { 'x-real-ip': '127.0.0.1', 'x-forwarded-for': '127.0.0.1' });
});

test('further headers are set, kept and made as the ConfigMap says', async () => {
  const data = {
    'proxy-set-headers': 'default/set',
    'proxy-add-original-uri-header': 'true',
    'enable-underscores-in-headers': 'true',
    'generate-request-id': 'false',
  };
  const set = configMapYaml(
    { 'X-Team': '100% ours', 'X-Uri': '$scheme://$host$request_uri', 'X-Odd': '$nothing_known', Host: 'other.test' },
    'set',
  );
  const expected = {
    host: 'web.test',
    'x-team': '100% ours',
    'x-uri': 'http://web.test/a?b=c',
    'x-odd': undefined,
    'x-original-uri': '/a?b=c',
    with_underscore: 'kept',
    'x-request-id': undefined,
  };
  await expectReceived(data, { With_Underscore: 'kept', ...spoofed }, expected, set);
  const headers = await received('http://web.test/', { headers: spoofed });
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.includes('_')),
    [],
  );
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.name} ${source.field}`),
    ['NR807 set data.Host', 'NR807 set data.X-Odd'],
  );
});

test('answers lose Server and what is to be hidden, and get what is to be added', async () => {
  await naru.given(
    configMapYaml({ 'hide-headers': 'Content-Type, Server', 'add-headers': 'default/add' }) +
      configMapYaml({ 'X-Frame-Options': 'DENY' }, 'add') +
      objects,
  );
  const seen = async () => {
    const { headers } = await naru.get('http://web.test/', { fresh: true });
    return [headers['server'], headers['content-type'], headers['x-frame-options']];
  };
  await eventually('the answer is as asked for', async () => (JSON.stringify(await seen()) === '[null,null,"DENY"]' ? true : undefined));
  assert.equal((await naru.get('http://nobody.test/', { fresh: true })).headers['server'], undefined);
});

test('use-proxy-protocol: the client and its port are those of the header, and connections without one are closed', async () => {
  await naru.given(configMapYaml({}) + objects);
  const { ports } = naru;
  /** The answer to a request on a connection that begins with a line, or nothing where Envoy closes it. */
  const ask = async (line: string): Promise<string> => {
    const socket = connect(ports.http, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${line}GET / HTTP/1.1\r\nHost: web.test\r\nX-Forwarded-For: 198.51.100.1\r\nConnection: close\r\n\r\n`);
    return text(socket).catch(() => '');
  };
  await naru.given(configMapYaml({ 'use-proxy-protocol': 'true' }) + objects, { answers: false });
  const answer = await eventually('the header is read', async () => {
    const got = await ask('PROXY TCP4 203.0.113.5 203.0.113.6 4711 443\r\n');
    return got.startsWith('HTTP/1.1 200') ? got : undefined;
  });
  for (const expected of [
    '"x-real-ip": "203.0.113.5"',
    '"x-forwarded-for": "203.0.113.5"',
    '"x-forwarded-port": "443"',
    '"x-forwarded-proto": "https"',
  ])
    assert.ok(answer.includes(expected), `${expected}\n${answer}`);
  assert.ok((await ask('PROXY TCP4 203.0.113.5 203.0.113.6 4711 80\r\n')).includes('"x-forwarded-proto": "http"'));
  assert.equal(await ask(''), '');
  const line = 'PROXY TCP4 203.0.113.5 203.0.113.6 4711 80\r\n';
  await naru.given(configMapYaml({ 'use-proxy-protocol': 'true', 'proxy-real-ip-cidr': '10.0.0.0/8' }) + objects, { answers: false });
  await eventually('only the trusted are listened to', async () => ((await ask(line)) === '' ? true : undefined));
  const both = { 'use-proxy-protocol': 'true', 'use-forwarded-headers': 'true', 'compute-full-forwarded-for': 'true' };
  await naru.given(configMapYaml({ ...both, 'proxy-real-ip-cidr': '127.0.0.0/8' }) + objects, { answers: false });
  const believed = await eventually('they are', async () => {
    const got = await ask(line);
    return got === '' ? undefined : got;
  });
  for (const expected of ['"x-real-ip": "203.0.113.5"', '"x-forwarded-for": "198.51.100.1,203.0.113.5"'])
    assert.ok(believed.includes(expected), `${expected}\n${believed}`);
  await naru.given(configMapYaml({}) + objects, { answers: false });
  await eventually('the header is not read any more', async () => ((await ask('')).startsWith('HTTP/1.1 200') ? true : undefined));
});
