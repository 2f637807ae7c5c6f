// How pods are spoken to and which of them takes a request: each annotation with and without.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { makeDefaultCertificate } from '../../src/runtime/default-certificate.ts';
import { listen } from '../support/listen.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';

let naru: Naru;
const servers: Server[] = [];

async function opened(server: Server): Promise<number> {
  servers.push(server);
  return listen(server);
}

/** Makes these ports the pods of the one Service, under these annotations. */
async function given(annotations: Readonly<Record<string, string>>, ...ports: readonly number[]): Promise<void> {
  const slices = ports.map((port) => sliceYaml('web', ['127.0.0.1'], port).replace('"web-1"', `"web-${port}"`)).join('');
  await naru.given(ingressYaml({ name: 'web', host: 'pod.test', paths: ['Prefix / web'], annotations }) + echoService('web') + slices);
}

async function answer(url = 'http://pod.test/', headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, body } = await naru.get(url, { headers });
  return status === 200 ? body : String(status);
}

function says(name: string): RequestListener {
  return ({ httpVersion }: IncomingMessage, response) => response.end(`${name} ${httpVersion}`);
}

describe('pods', () => {
  let plain: number;
  let other: number;
  let secure: number;
  let http2: number;
  let secureHttp2: number;
  before(async () => {
    naru = await sharedNaru();
    const { chain: cert, privateKey: key } = await makeDefaultCertificate();
    plain = await opened(createServer(says('plain')));
    other = await opened(createServer(says('other')));
    secure = await opened(createHttpsServer({ cert, key }, says('secure')));
    http2 = await opened(createHttp2Server((_, response) => response.end('http2 2')));
    secureHttp2 = await opened(createSecureServer({ cert, key }, (_, response) => response.end('secure http2 2')));
  });
  after(() => {
    for (const server of servers) {
      if ('closeAllConnections' in server) (server as { closeAllConnections(): void }).closeAllConnections();
      server.close();
    }
  });

  test('backend-protocol says what is spoken; a certificate that nobody has signed is taken', async () => {
    for (const [protocol, port, expected] of [
      ['HTTP', plain, 'plain 1.1'],
      ['https', secure, 'secure 1.1'],
      ['GRPC', http2, 'http2 2'],
      ['GRPCS', secureHttp2, 'secure http2 2'],
      ['FCGI', plain, 'plain 1.1'],
    ] as const) {
      await given({ 'backend-protocol': protocol }, port);
      assert.equal(await answer(), expected, protocol);
    }
    await given({}, secure);
    assert.notEqual(await answer(), 'secure 1.1');
  });

  test('AUTO_HTTP speaks to pods as the client speaks to Envoy', async () => {
    const auto = { 'backend-protocol': 'AUTO_HTTP', 'ssl-redirect': 'false' };
    await given(auto, plain);
    assert.equal(await answer('http://pod.test/'), 'plain 1.1');
    assert.notEqual(await answer('https://pod.test/'), 'plain 1.1');
    await given(auto, secure);
    assert.equal(await answer('https://pod.test/'), 'secure 1.1');
    assert.notEqual(await answer('http://pod.test/'), 'secure 1.1');
  });

  test('with connection-proxy-header close each request has a connection of its own', async () => {
    const connections = new Set<unknown>();
    const counting = await opened(createServer((request, response) => response.end(String(connections.add(request.socket).size))));
    for (const [header, expected] of [
      ['close', 20],
      ['keep-alive', undefined],
    ] as const) {
      await given({ 'connection-proxy-header': header }, counting);
      connections.clear();
      for (let index = 0; index < 20; index++) await answer();
      if (expected === undefined) assert.ok(connections.size < 10, `${connections.size} connections`);
      else assert.equal(connections.size, expected);
    }
  });

  test('service-upstream takes the address of the Service for its pods', async () => {
    const service = echoService('web').replace(
      '"spec":{"ports":[{"port":80}]}',
      `"spec":{"clusterIP":"127.0.0.1","ports":[{"port":${other}}]}`,
    );
    const to = (annotations: Readonly<Record<string, string>>) =>
      ingressYaml({ name: 'web', host: 'pod.test', paths: ['Prefix / web'], annotations }).replace('"number":80', `"number":${other}`) +
      service +
      sliceYaml('web', ['127.0.0.1'], plain);
    await naru.given(to({ 'service-upstream': 'true' }));
    assert.equal(await answer(), 'other 1.1');
    await naru.given(to({ 'service-upstream': 'false' }));
    assert.equal(await answer(), 'plain 1.1');
    await naru.given(to({ 'service-upstream': 'true' }).replace('"clusterIP":"127.0.0.1"', '"clusterIP":"None"'));
    assert.equal(await answer(), 'plain 1.1');
    assert.deepEqual(
      naru.problems.map(({ code }) => code),
      ['NR507'],
    );
  });

  test('upstream-hash-by keeps what is the same together', async () => {
    const podsFor = async (...urls: readonly string[]) => {
      const found = new Set<string>();
      for (let index = 0; index < 20; index++) {
        for (const url of urls) found.add(await answer(`http://pod.test${url}`, { 'x-user': 'u' }));
      }
      return found.size;
    };
    const many = Array.from({ length: 20 }, (_, index) => `/${index}`);
    for (const key of ['$request_uri', '$uri', '${arg_q}', '$http_x_user', '$remote_addr', '$host-$request_method']) {
      await given({ 'upstream-hash-by': key }, plain, other);
      assert.equal(await podsFor('/a?q=1'), 1, key);
    }
    await given({ 'upstream-hash-by': '$uri' }, plain, other);
    assert.equal(await podsFor('/a', '/a?q=1'), 1);
    assert.equal(await podsFor(...many), 2);
    await given({}, plain, other);
    assert.equal(await podsFor('/a'), 2);
  });

  test('with ewma a pod that is busy gets fewer requests', async () => {
    const held: (() => void)[] = [];
    const busy = await opened(
      createServer((request, response) => {
        if (request.url === '/hold') held.push(() => response.end());
        else response.end('busy');
      }),
    );
    const counts: number[] = [];
    for (const algorithm of ['ewma', 'round_robin']) {
      await given({ 'load-balance': algorithm, 'proxy-next-upstream': 'off' }, busy, plain);
      const holding = Array.from({ length: 40 }, () => answer('http://pod.test/hold'));
      // Some of the forty go to the other pod, which answers at once.
      while (held.length === 0) await answer('http://pod.test/');
      let count = 0;
      for (let index = 0; index < 100; index++) if ((await answer()) === 'busy') count += 1;
      counts.push(count);
      for (const release of held.splice(0)) release();
      await Promise.all(holding);
    }
    const [ewma = 0, turns = 0] = counts;
    assert.ok(ewma < 35 && turns > 40 && turns < 60, `${ewma} of 100 with ewma, ${turns} in turn`);
  });
});
