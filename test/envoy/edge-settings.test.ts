import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy and a ConfigMap', async () => {
  naru = await sharedNaru({ configMap: 'default/naru', https: { port: 8443, named: false } });
});

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

async function given(data: Readonly<Record<string, string>>): Promise<void> {
  await naru.given(configMapYaml(data) + objects);
}

/** A listener that was accepted takes its place a moment later. */
async function becomes<T>(expected: NoInfer<T>, look: () => Promise<T>): Promise<void> {
  let found: T | undefined;
  await eventually(JSON.stringify(expected) ?? 'nothing', async () => {
    found = await look();
    return JSON.stringify(found) === JSON.stringify(expected) ? true : undefined;
  }).catch(() => assert.deepEqual(found, expected));
}

interface Handshake {
  readonly version: string | null;
  readonly cipher: string;
  readonly protocol: string | false | null;
}

/** What a client and Envoy agree on; `refused` where they do not. */
function handshake(
  options: { readonly maxVersion?: 'TLSv1.2'; readonly ALPNProtocols?: string[]; readonly servername?: string } = {},
): Promise<Handshake | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect({ port: naru.ports.https, host: '127.0.0.1', servername: 'web.test', rejectUnauthorized: false, ...options });
    socket.once('error', () => resolve('refused'));
    socket.once('secureConnect', () => {
      resolve({ version: socket.getProtocol(), cipher: socket.getCipher().name, protocol: socket.alpnProtocol });
      socket.destroy();
    });
  });
}

test('versions and suites of TLS, and HTTP/2, are those of the ConfigMap', async () => {
  const old = { maxVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'] } as const;
  const twelve = () => handshake({ maxVersion: old.maxVersion, ALPNProtocols: [...old.ALPNProtocols] });
  await given({});
  await becomes({ version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256', protocol: 'h2' }, twelve);
  await given({ 'ssl-ciphers': 'DHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384', 'use-http2': 'false' });
  await becomes({ version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384', protocol: 'http/1.1' }, twelve);
  await given({ 'ssl-protocols': 'TLSv1.3', 'ssl-ecdh-curve': 'secp384r1' });
  await becomes('refused', twelve);
  assert.equal((await naru.get('https://web.test/')).status, 200);
});

test('ssl-reject-handshake: names that nobody serves, and clients that give none, are refused; a host without TLS is not', async () => {
  const plain = ingressYaml({ name: 'plain', host: 'plain.test', paths: ['Prefix / web'] });
  const shown = (servername: string) => handshake({ servername }).then((result) => (result === 'refused' ? result : 'taken'));
  const all = async () => [await shown('web.test'), await shown('plain.test'), await shown('nobody.test'), await shown('')];
  await naru.given(configMapYaml({}) + objects + plain);
  await becomes(['taken', 'taken', 'taken', 'taken'], all);
  await naru.given(configMapYaml({ 'ssl-reject-handshake': 'true' }) + objects + plain);
  await becomes(['taken', 'taken', 'refused', 'refused'], all);
  await naru.given(configMapYaml({ 'ssl-reject-handshake': 'true' }) + objects);
  await becomes(['taken', 'refused', 'refused', 'refused'], all);
});

test('ssl-session-ticket-key: a session is resumed after its listener has been replaced, as it is by another Envoy', async () => {
  const session = (offered?: Buffer): Promise<{ readonly ticket: Buffer | undefined; readonly reused: boolean }> =>
    new Promise((resolve, reject) => {
      const target = { port: naru.ports.https, host: '127.0.0.1', servername: 'web.test', rejectUnauthorized: false };
      let ticket: Buffer | undefined;
      let reused = false;
      const socket = connect({ ...target, ...(offered === undefined ? {} : { session: offered }) });
      socket.on('session', (made: Buffer) => (ticket = made));
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        reused = socket.isSessionReused();
        socket.write('GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n');
      });
      socket.resume().once('close', () => resolve({ ticket, reused }));
    });
  const key = Buffer.alloc(80, 7).toString('base64');
  const resumed = async (data: Readonly<Record<string, string>>): Promise<boolean> => {
    await given({ ...data, 'keep-alive': '50' });
    const { ticket } = await session();
    assert.ok(ticket !== undefined && (await session(ticket)).reused);
    await given({ ...data, 'keep-alive': '51' });
    return (await session(ticket)).reused;
  };
  assert.deepEqual([await resumed({ 'ssl-session-ticket-key': key }), await resumed({})], [true, false]);
  await given({ 'ssl-session-ticket-key': Buffer.alloc(48).toString('base64') });
  assert.deepEqual(
    naru.problems.map(({ code, source, message }) => `${code} ${source.field} ${message.includes('AAAA')}`),
    ['NR802 data.ssl-session-ticket-key false'],
  );
});

test('clients that are slow with the head of a request, and streams of HTTP/2, are limited', async () => {
  await given({ 'client-header-timeout': '1', 'http2-max-concurrent-streams': '7' });
  const slow = (): Promise<string> => {
    const socket = connectPlain(naru.ports.http, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: ');
    return text(socket);
  };
  await eventually('it is over', async () => ((await slow()).startsWith('HTTP/1.1 408') ? true : undefined));
  const session = connectHttp2('https://web.test', {
    host: '127.0.0.1',
    port: naru.ports.https,
    servername: 'web.test',
    rejectUnauthorized: false,
  });
  const [settings] = (await once(session, 'remoteSettings')) as [{ readonly maxConcurrentStreams: number }];
  session.destroy();
  assert.equal(settings.maxConcurrentStreams, 7);
});

test('answers are compressed for who asks for it, from a size on', async () => {
  const encoding = async (wanted: string) =>
    (await naru.get('http://web.test/', { headers: { 'Accept-Encoding': wanted }, fresh: true })).headers['content-encoding'];
  await given({});
  await becomes(undefined, () => encoding('gzip, br'));
  await given({ 'use-gzip': 'true' });
  await becomes('gzip', () => encoding('gzip, br'));
  await given({ 'use-gzip': 'true', 'enable-brotli': 'true' });
  await becomes('br', () => encoding('gzip, br'));
  assert.equal(await encoding('gzip'), 'gzip');
  await given({ 'use-gzip': 'true', 'gzip-min-length': '100000' });
  await becomes(undefined, () => encoding('gzip, br'));
});

test('gzip-disable: clients by their user agents, in any case, get no gzip; what cannot be read changes nothing', async () => {
  const encoding =
    (agent: string, wanted = 'gzip') =>
    async () => {
      const headers = { 'Accept-Encoding': wanted, 'User-Agent': agent };
      return (await naru.get('http://web.test/', { headers, fresh: true })).headers['content-encoding'];
    };
  await given({ 'use-gzip': 'true' });
  await becomes('gzip', encoding('Mozilla/4.0 (compatible; MSIE 6.0)'));
  await given({ 'use-gzip': 'true', 'enable-brotli': 'true', 'gzip-disable': 'old(er)?bot/[12]|lynx' });
  await becomes(undefined, encoding('An OlderBot/1.0'));
  assert.deepEqual([await encoding('LYNX')(), await encoding('oldbot/3')(), await encoding('lynx', 'br')()], [undefined, 'gzip', 'br']);
  await given({ 'use-gzip': 'true', 'gzip-disable': 'msie6' });
  await becomes(undefined, encoding('Mozilla/4.0 (compatible; MSIE 6.0)'));
  await given({ 'use-gzip': 'true', 'gzip-disable': '(?!x' });
  await becomes('gzip', encoding('Mozilla/4.0 (compatible; MSIE 6.0)'));
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.field}`),
    ['NR802 data.gzip-disable'],
  );
});

test('ignore-invalid-headers: names that nginx calls invalid reach backends only without it', async () => {
  const headers = { 'x.dotted': '1', "x'quoted": '2', '~x': '3', 'x-plain-1': '4' };
  const arrived = async () => {
    const { body } = await naru.get('http://web.test/', { headers, fresh: true });
    const got = (JSON.parse(body) as { readonly headers: Readonly<Record<string, string>> }).headers;
    return Object.keys(headers).filter((name) => Object.hasOwn(got, name));
  };
  await given({});
  await becomes(['x-plain-1'], arrived);
  await given({ 'ignore-invalid-headers': 'false' });
  await becomes(Object.keys(headers), arrived);
  await given({ 'ignore-invalid-headers': 'never' });
  await becomes(['x-plain-1'], arrived);
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.field}`),
    ['NR802 data.ignore-invalid-headers'],
  );
});

test('clients, user agents and referers that are blocked get 403', async () => {
  const status = (headers: Readonly<Record<string, string>>) => async () =>
    (await naru.get('http://web.test/', { headers, fresh: true })).status;
  await given({ 'block-user-agents': '~*bad.?bot,Exactly This', 'block-referers': '~^https?://spam\\.' });
  await becomes(403, status({ 'User-Agent': 'Mozilla (BadBot 1.0)' }));
  await becomes(403, status({ 'User-Agent': 'exactly this' }));
  await becomes(403, status({ Referer: 'https://spam.test/' }));
  for (const headers of [{}, { 'User-Agent': 'Exactly This and more' }, { Referer: 'HTTPS://spam.test' }, { Referer: 'x https://spam.' }])
    assert.equal(await status(headers)(), 200, JSON.stringify(headers));
  await given({ 'block-cidrs': '127.0.0.0/8' });
  await becomes(403, status({}));
  await given({ 'block-cidrs': '10.0.0.0/8,192.0.2.1' });
  await becomes(200, status({}));
  await given({ 'block-user-agents': '~*(?=no)' });
  await becomes(200, status({}));
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.field}`),
    ['NR802 data.block-user-agents'],
  );
});

test('a connection ends after so many requests, and heads have a largest size', async () => {
  await given({ 'keep-alive-requests': '2', 'large-client-header-buffers': '2 4k' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await becomes(431, async () => (await naru.get('http://web.test/', { headers: { large: 'x'.repeat(9000) }, fresh: true })).status);
  // One that was opened before goes by the settings of its time.
  assert.equal((await naru.get('http://web.test/', { headers: { large: 'x'.repeat(7000) }, fresh: true })).status, 200);
  const endings: unknown[] = [];
  for (const _ of [1, 2, 3]) endings.push((await naru.get('http://web.test/', { agent })).headers.connection);
  agent.destroy();
  assert.deepEqual(endings, [undefined, 'close', undefined]);
});

test('Envoys listen on other addresses when the ConfigMap says so', async () => {
  await given({ 'bind-address': '127.0.0.1, 127.0.0.2, 192.0.2.1' });
  const at = (host: string) => async () => (await fetch(`http://${host}:${naru.ports.http}/`).catch(() => ({ status: 0 }))).status;
  await becomes(404, at('127.0.0.2'));
  await becomes(404, at('127.0.0.1'));
  await given({});
  await becomes(0, at('127.0.0.2'));
});
