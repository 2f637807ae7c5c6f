// proxy-body-size: requests whose body is too large are answered 413, with a length or without, and nothing is held back for it.
import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, sliceYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

const MiB = 1024 * 1024;

let naru: Naru;
let backend: Server;
/** Bytes that the backend has got of its latest request. */
let received = 0;
let asked = 0;
describe('body size', () => {
  before(async () => {
    backend = createServer((incoming, answer) => {
      received = 0;
      asked += 1;
      incoming.on('data', (data: Buffer) => (received += data.length)).on('end', () => answer.end('all'));
    });
    backend.on('upgrade', (_, socket: Socket) => {
      received = 0;
      socket.on('data', (data: Buffer) => (received += data.length)).on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    await listen(backend);
  });
  after(() => backend.close());
  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  function objects(annotations: Readonly<Record<string, string>>): string {
    const port = portOf(backend);
    const paths = ['Prefix / web'];
    return (
      ingressYaml({ name: 'exact', host: 'size.test', paths, annotations }) +
      ingressYaml({ name: 'wildcard', host: '*.size.test', paths, annotations }) +
      ingressYaml({ name: 'usual', host: 'size.test', paths: ['Prefix /usual web'] }) +
      echoService('web') +
      sliceYaml('web', ['127.0.0.1'], port)
    );
  }

  const limitedTo = (size: string): Promise<void> => naru.given(objects({ 'proxy-body-size': size }));

  /** What a body of so many bytes is answered, with its length and without. */
  async function sent(url: string, bytes: number, from = naru): Promise<readonly number[]> {
    const { status } = await from.get(url, { method: 'POST', body: 'x'.repeat(bytes), fresh: true });
    return [status, await chunked(url, bytes, from)];
  }

  function chunked(url: string, bytes: number, from: Naru): Promise<number> {
    const { hostname, pathname } = new URL(url);
    const options = { host: '127.0.0.1', port: from.ports.http, method: 'POST', path: pathname, headers: { host: hostname }, agent: false };
    return new Promise((resolve, reject) => {
      const posted = request(options, (answer) => resolve(answer.resume().statusCode ?? 0));
      // Envoy has answered before all was sent, and closes.
      posted.on('error', reject);
      posted.flushHeaders();
      for (let rest = bytes; rest > 0; rest -= 65_536) posted.write('x'.repeat(Math.min(rest, 65_536)));
      posted.end();
    });
  }

  const passes = [200, 200];
  const refused = [413, 413];

  test('a limit holds to the byte on its own paths, of exact hosts and wildcards; others have 1 MiB', async () => {
    await limitedTo('100k');
    for (const url of ['http://size.test/', 'http://a.size.test/']) {
      assert.deepEqual([await sent(url, 100 * 1024), await sent(url, 100 * 1024 + 1)], [passes, refused], url);
    }
    assert.deepEqual([await sent('http://size.test/usual', MiB), await sent('http://size.test/usual', MiB + 1)], [passes, refused]);
  });

  test('more than is usual may be let in, or anything', async () => {
    await limitedTo('3m');
    assert.deepEqual([await sent('http://size.test/', 3 * MiB), await sent('http://size.test/', 3 * MiB + 1)], [passes, refused]);
    await limitedTo('0');
    assert.deepEqual([await sent('http://size.test/', 4 * MiB), await sent('http://a.size.test/', 4 * MiB)], [passes, passes]);
  });

  test('what cannot be read leaves the usual limit, and is told', async () => {
    await limitedTo('many');
    assert.deepEqual([await sent('http://size.test/', MiB), await sent('http://size.test/', MiB + 1)], [passes, refused]);
    assert.deepEqual(
      naru.problems.map(({ code }) => code),
      ['NR214', 'NR214'],
    );
  });

  test('of a body whose length is said to be too large the backend sees nothing; of another it gets what comes, as it comes', async () => {
    await limitedTo('100k');
    const earlier = asked;
    assert.equal((await naru.get('http://size.test/', { method: 'POST', body: 'x'.repeat(MiB) })).status, 413);
    assert.equal(asked, earlier);
    const options = { host: '127.0.0.1', port: naru.ports.http, method: 'POST', headers: { host: 'size.test' }, agent: false } as const;
    const status = new Promise<number>((resolve, reject) => {
      const posted = request(options, (answer) => resolve(answer.resume().statusCode ?? 0));
      posted.on('error', reject);
      posted.write('x'.repeat(1024));
      eventually('the backend has the beginning', () => (asked > earlier && received === 1024 ? true : undefined)).then(
        () => posted.end(),
        reject,
      );
    });
    assert.equal(await status, 200);
  });

  test('what goes over a WebSocket is not counted; a body under its name is', async () => {
    await limitedTo('1k');
    const headers = { host: 'size.test', connection: 'Upgrade', upgrade: 'websocket' };
    const options = { host: '127.0.0.1', port: naru.ports.http, agent: false } as const;
    const socket = await new Promise<Socket>((resolve, reject) => {
      request({ ...options, headers })
        .on('upgrade', (_, opened) => resolve(opened))
        .on('error', reject)
        .end();
    });
    socket.on('error', () => undefined).write('x'.repeat(100 * 1024));
    await eventually('all of it arrives', () => (received === 100 * 1024 ? true : undefined));
    socket.destroy();
    const answer = await naru.get('http://size.test/', { method: 'POST', body: 'x'.repeat(2048), headers, fresh: true });
    assert.equal(answer.status, 413);
  });

  test('the ConfigMap says it where no annotation does', async () => {
    const configured = await sharedNaru({ configMap: 'default/naru' });
    await configured.given(configMapYaml({ 'proxy-body-size': '2m' }) + objects({ 'proxy-body-size': '1m' }));
    const url = 'http://size.test/usual';
    assert.deepEqual([await sent(url, 2 * MiB, configured), await sent(url, 2 * MiB + 1, configured)], [passes, refused]);
    assert.deepEqual(await sent('http://size.test/', MiB + 1, configured), refused);
  });
});
