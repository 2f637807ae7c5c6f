// proxy-request-buffering: when a pod gets a request whose body is still on its way. proxy-buffer-size: how long the head of an answer may be.
import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

let naru: Naru;
let backend: Server;
let asked = 0;
describe('buffers', () => {
  before(async () => {
    backend = createServer((incoming, answer) => {
      asked += 1;
      const head = Number(new URL(incoming.url ?? '', 'http://web').searchParams.get('head') ?? 1);
      let length = 0;
      incoming.on('data', (data: Buffer) => (length += data.length));
      incoming.on('end', () => answer.setHeader('x-long', 'x'.repeat(head)).end(String(length)));
    });
    backend.on('upgrade', (_, socket: Socket) => {
      socket.on('error', () => undefined).on('data', (data: Buffer) => socket.write(data));
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    await listen(backend);
  });
  after(() => backend.close());
  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  async function given(annotations: Readonly<Record<string, string>>): Promise<void> {
    const port = portOf(backend);
    const paths = ['Prefix / web'];
    await naru.given(
      ingressYaml({ name: 'exact', host: 'hold.test', paths, annotations }) +
        ingressYaml({ name: 'wildcard', host: '*.hold.test', paths, annotations }) +
        ingressYaml({ name: 'other', host: 'hold.test', paths: ['Prefix /other web'] }) +
        echoService('web') +
        sliceYaml('web', ['127.0.0.1'], port),
    );
  }

  function post(host: string, headers: Readonly<Record<string, string>>) {
    const to = { host: '127.0.0.1', port: naru.ports.http, agent: false, maxHeaderSize: 1024 * 1024 } as const;
    const posted = request({ ...to, method: 'POST', path: '/', headers: { host, ...headers } });
    const answer = new Promise<string>((resolve, reject) => {
      posted.on('error', reject).on('response', (incoming) => {
        incoming
          .setEncoding('utf8')
          .toArray()
          .then((pieces) => resolve(pieces.join('')), reject);
      });
    });
    return { posted, answer };
  }

  const half = 'x'.repeat(20_000);

  /** Whether the pod has the request before the whole body is there; then the body arrives, too. */
  async function arrivesEarly(host: string, headers: Readonly<Record<string, string>> = {}): Promise<boolean> {
    asked = 0;
    const { posted, answer } = post(host, headers);
    posted.write(half);
    // Requests that begin later are through before this one is looked for.
    for (let round = 0; round < 20; round += 1) assert.equal((await naru.get('http://hold.test/other')).status, 200);
    const early = asked > 20;
    posted.end(half);
    assert.equal(await answer, '40000');
    return early;
  }

  const withLength = { 'content-length': '40000' };

  test('on: the pod gets a request when all of its body is there, with a length or without', async () => {
    await given({ 'proxy-request-buffering': 'on' });
    for (const host of ['hold.test', 'a.hold.test']) {
      assert.deepEqual([await arrivesEarly(host), await arrivesEarly(host, withLength)], [false, false], host);
    }
  });

  test('off, by default and where it cannot be read: the pod gets it as it comes', async () => {
    for (const annotations of [{ 'proxy-request-buffering': 'off' }, {}, { 'proxy-request-buffering': 'some' }]) {
      await given(annotations);
      assert.deepEqual([await arrivesEarly('hold.test'), await arrivesEarly('a.hold.test', withLength)], [true, true]);
    }
  });

  test('on: what may be longer than is held goes by as it comes, and gRPC and WebSockets do', async () => {
    await given({ 'proxy-request-buffering': 'on', 'proxy-body-size': '0' });
    assert.deepEqual([await arrivesEarly('hold.test'), await arrivesEarly('hold.test', withLength)], [true, false]);
    const long = await naru.get('http://hold.test/', { method: 'POST', body: 'x'.repeat(12_000_000) });
    assert.equal(long.body, '12000000');
    assert.equal(await arrivesEarly('hold.test', { 'content-type': 'application/grpc+proto', ...withLength }), true);
    const headers = { host: 'hold.test', connection: 'Upgrade', upgrade: 'websocket' };
    const socket = await new Promise<Socket>((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port: naru.ports.http, agent: false, headers });
      asking.on('upgrade', (_, opened) => resolve(opened)).on('error', reject);
      asking.end();
    });
    const echoed = new Promise<string>((resolve) => socket.once('data', (data: Buffer) => resolve(data.toString())));
    socket.write('hello');
    assert.equal(await echoed, 'hello');
    socket.destroy();
  });

  /** What an answer with a head of so many KiB becomes. */
  function answeredWith(kibibytes: number): Promise<number> {
    const path = `/?head=${kibibytes * 1024}`;
    const to = { host: '127.0.0.1', port: naru.ports.http, agent: false, maxHeaderSize: 1024 * 1024 } as const;
    return new Promise((resolve, reject) => {
      const asking = request({ ...to, path, headers: { host: 'hold.test' } }, (answer) => resolve(answer.resume().statusCode ?? 0));
      asking.on('error', reject).end();
    });
  }

  test('proxy-buffer-size: longer heads of answers than usual are taken where it says so', async () => {
    await given({});
    assert.deepEqual([await answeredWith(50), await answeredWith(100)], [200, 502]);
    await given({ 'proxy-buffer-size': '128k' });
    assert.deepEqual([await answeredWith(100), await answeredWith(130)], [200, 502]);
    await given({ 'proxy-buffer-size': '4k' });
    assert.deepEqual([await answeredWith(50), await answeredWith(100)], [200, 502]);
  });
});
