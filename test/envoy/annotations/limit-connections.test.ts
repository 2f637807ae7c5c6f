// limit-connections: how many requests of a client may be under way at a time.
import assert from 'node:assert/strict';
import { createServer as createHttp2Server } from 'node:http2';
import { type ClientRequest, createServer, request, type Server, type ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, sliceYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

let naru: Naru;
let backend: Server;
/** Answers that the backend has not given yet. */
let waiting: ServerResponse[] = [];
describe('limit connections', () => {
  before(async () => {
    backend = createServer((_, answer) => void waiting.push(answer));
    await listen(backend);
  });
  after(() => {
    backend.closeAllConnections();
    backend.close();
  });
  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  async function given(annotations: Readonly<Record<string, string>>, to = naru, more = ''): Promise<void> {
    const port = portOf(backend);
    const paths = ['Prefix / web'];
    await to.given(
      ingressYaml({ name: 'exact', host: 'few.test', paths: ['Prefix / web', 'Prefix /two web'], annotations }) +
        ingressYaml({ name: 'wildcard', host: '*.few.test', paths, annotations }) +
        ingressYaml({ name: 'other', host: 'few.test', paths: ['Prefix /other web'] }) +
        echoService('web') +
        sliceYaml('web', ['127.0.0.1'], port) +
        more,
    );
    waiting = [];
  }

  interface Sent {
    readonly asking: ClientRequest;
    readonly status: Promise<number>;
  }

  function send(url: string, to = naru): Sent {
    const { hostname, pathname } = new URL(url);
    const asking = request({ host: '127.0.0.1', port: to.ports.http, agent: false, path: pathname, headers: { host: hostname } });
    const status = new Promise<number>((resolve, reject) => {
      asking.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0))).on('error', reject);
    });
    asking.end();
    return { asking, status };
  }

  /** Sends so many requests that wait for the backend. */
  async function hold(...urls: readonly string[]): Promise<readonly Sent[]> {
    const held: Sent[] = [];
    for (const url of urls) {
      const earlier = waiting.length;
      held.push(send(url));
      await eventually('the backend has the request', () => (waiting.length > earlier ? true : undefined));
    }
    return held;
  }

  function release(count = waiting.length): void {
    for (const answer of waiting.splice(0, count)) answer.end();
  }

  /** What one more is answered; it does not stay. */
  async function passes(url: string, to = naru): Promise<number> {
    const earlier = waiting.length;
    const one = send(url, to);
    let answered = false;
    void one.status.then(() => (answered = true));
    await eventually('it is answered, or the backend has it', () => (answered || waiting.length > earlier ? true : undefined));
    if (!answered) waiting.pop()?.end();
    return one.status;
  }

  test('as many as the limit are under way, on all paths of the Ingress together; others are not counted', async () => {
    await given({ 'limit-connections': '2' });
    const held = await hold('http://few.test/', 'http://few.test/two');
    assert.deepEqual([await passes('http://few.test/'), await passes('http://few.test/two')], [503, 503]);
    assert.deepEqual([await passes('http://few.test/other'), await passes('http://a.few.test/')], [200, 200]);
    release(1);
    assert.equal(await held[0]?.status, 200);
    await eventually('the place is free', async () => ((await passes('http://few.test/')) === 200 ? true : undefined));
    release();
    assert.equal(await held[1]?.status, 200);
  });

  test('one after the other as many as one likes', async () => {
    await given({ 'limit-connections': '1' });
    for (let index = 0; index < 50; index += 1) {
      assert.equal(await eventually('it passes', async () => ((await passes('http://a.few.test/')) === 200 ? 200 : undefined)), 200);
    }
  });

  test('who breaks off leaves a place', async () => {
    await given({ 'limit-connections': '1' });
    const [held] = await hold('http://a.few.test/');
    assert.equal(await passes('http://a.few.test/'), 503);
    held?.status.catch(() => undefined);
    held?.asking.destroy();
    await eventually('the place is free', async () => ((await passes('http://a.few.test/')) === 200 ? true : undefined));
  });

  test('who is exempt is not counted; 0 is no limit; what cannot be read closes the paths', async () => {
    for (const annotations of [{ 'limit-connections': '1', 'limit-allowlist': '127.0.0.0/8' }, { 'limit-connections': '0' }, {}]) {
      await given(annotations);
      await hold('http://few.test/', 'http://few.test/', 'http://few.test/');
      assert.equal(await passes('http://few.test/'), 200);
      release();
    }
    await given({ 'limit-connections': '1', 'limit-allowlist': '192.0.2.0/24' });
    await hold('http://few.test/');
    assert.equal(await passes('http://few.test/'), 503);
    release();
    await given({ 'limit-connections': 'few' });
    assert.deepEqual([await passes('http://few.test/'), await passes('http://few.test/other')], [503, 200]);
  });

  test('an answer with trailers is handed on, and is over then', async (t) => {
    const pod = createHttp2Server();
    pod.on('stream', (stream) => {
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.end('all');
    });
    await listen(pod);
    t.after(() => pod.close());
    const annotations = { 'backend-protocol': 'GRPC', 'limit-connections': '1' };
    const slice = sliceYaml('rpc', ['127.0.0.1'], portOf(pod));
    await naru.given(ingressYaml({ name: 'rpc', host: 'rpc.test', paths: ['Prefix / rpc'], annotations }) + echoService('rpc') + slice);
    for (let index = 0; index < 5; index += 1) {
      await eventually('it passes', async () => ((await naru.get('http://rpc.test/')).body === 'all' ? true : undefined));
    }
  });

  test('the ConfigMap says what the others are answered, and without the helper nobody passes', async (t) => {
    const own = await Naru.start({ configMap: 'default/naru' });
    t.after(() => own.stop());
    await given({ 'limit-connections': '1' }, own, configMapYaml({ 'limit-conn-status-code': '429' }));
    const one = send('http://few.test/', own);
    await eventually('the backend has the request', () => (waiting.length > 0 ? true : undefined));
    assert.equal(await passes('http://few.test/', own), 429);
    release();
    assert.equal(await one.status, 200);
    own.authz.stop();
    assert.deepEqual([await passes('http://few.test/', own), await passes('http://few.test/other', own)], [503, 200]);
  });

  test('a host that nobody serves is answered 404, whether the helper is there or not', async (t) => {
    const own = await Naru.start();
    t.after(() => own.stop());
    await given({ 'limit-connections': '1' }, own);
    assert.equal(await own.served('http://nobody.test/'), 404);
    own.authz.stop();
    assert.equal(await own.served('http://nobody.test/'), 404);
  });
});
