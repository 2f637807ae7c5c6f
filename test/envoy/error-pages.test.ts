// default-backend and custom-http-errors: who answers where a backend does not, or answers with an error.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { podAddress } from '../support/local-address.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, type IngressText, sliceYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

let naru: Naru;
let server: Server;
let backend: string;

describe('error pages', () => {
  /** A backend that answers with the status that its path names. */
  before(async () => {
    naru = await sharedNaru();
    server = createServer(({ url = '' }, answer) => {
      const status = Number(/\d{3}/.exec(url)?.[0] ?? 200);
      answer.writeHead(status).end('from the backend');
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    backend = echoServiceAt('web', await podAddress(), portOf(server));
  });
  after(() => server.close());

  function echoServiceAt(name: string, address: string, port: number): string {
    return echoService(name) + sliceYaml(name, [address], port);
  }

  function web(annotations: Readonly<Record<string, string>>, more: Partial<IngressText> = {}): string {
    return ingressYaml({ name: 'web', host: 'a.test', paths: ['Prefix / web'], annotations, ...more });
  }

  interface Page {
    readonly service: string;
    readonly path: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
  }

  const pages = { 'custom-http-errors': '404,503,403', 'default-backend': 'pages' };
  const pod = echoService('pages');

  /** What the backend of error pages was asked, and the status that the client got. */
  async function page(path: string, details: Parameters<Naru['get']>[1] = {}): Promise<{ status: number; page: Page | undefined }> {
    const { status, body } = await naru.get(`http://a.test${path}`, details);
    return { status, page: body.startsWith('{') ? (JSON.parse(body) as Page) : undefined };
  }

  const told = [
    'x-code',
    'x-format',
    'x-original-uri',
    'x-namespace',
    'x-ingress-name',
    'x-service-name',
    'x-service-port',
    'authorization',
    'cookie',
    'x-naru-error-page',
  ];

  test('CVE-2026-41181: errors with a status of custom-http-errors get the page of default-backend, which sees no credentials, and keep their status', async () => {
    await naru.given(backend + pod + web(pages));
    const headers = { accept: 'text/html', authorization: 'Basic x', cookie: 'a=b' };
    const { status, page: found } = await page('/404?q=1', { method: 'POST', headers, body: 'hello' });
    assert.equal(status, 404);
    assert.deepEqual([found?.service, found?.method, found?.path], ['pages', 'GET', '/?q=1']);
    assert.deepEqual(
      told.map((name) => found?.headers[name]),
      ['404', 'text/html', '/404?q=1', 'default', 'web', 'web', '80', undefined, undefined, undefined],
    );
    assert.equal((await naru.get('http://a.test/500')).body, 'from the backend');
    assert.equal((await naru.get('http://a.test/200')).body, 'from the backend');
    assert.deepEqual(naru.problems, []);
    await naru.given(backend + pod + web({ 'default-backend': 'pages' }));
    assert.equal((await naru.get('http://a.test/404')).body, 'from the backend');
  });

  test('a page is found under any host, however it is written', async () => {
    const wild =
      web(pages, { name: 'wild', host: '*.wild.test' }) + ingressYaml({ name: 'any', paths: ['Prefix /404 web'], annotations: pages });
    await naru.given(backend + pod + web(pages) + wild);
    for (const host of ['A.test:81', 'x.wild.test', 'X.wild.test', 'nobody.test']) {
      const { status, body } = await naru.get(`http://${host}/404`);
      assert.deepEqual([status, (JSON.parse(body) as Page).service], [404, 'pages'], host);
    }
  });

  test('with disable-proxy-intercept-errors only what the proxy itself answers has a page', async () => {
    await naru.given(backend + pod + web({ ...pages, 'disable-proxy-intercept-errors': 'true', 'denylist-source-range': '0.0.0.0/0' }));
    const { status, page: found } = await page('/200');
    assert.deepEqual([status, found?.service, found?.headers['x-code']], [403, 'pages', '403']);
    await naru.given(backend + pod + web({ ...pages, 'disable-proxy-intercept-errors': 'true' }));
    assert.equal((await naru.get('http://a.test/404')).body, 'from the backend');
  });

  test('CVE-2026-24513: what a protection refuses is refused, whatever the page of the error says', async () => {
    await naru.given(backend + pod + web({ ...pages, 'denylist-source-range': '0.0.0.0/0' }));
    const { status, page: found } = await page('/200');
    assert.deepEqual([status, found?.service], [403, 'pages']);
    // Who asks for a page by itself gets that page, and nothing else of the host or of the backend of pages.
    const forged = await page('/secret', { headers: { 'x-naru-error-page': 'default/web' } });
    assert.deepEqual([forged.page?.service, forged.page?.path], ['pages', '/']);
  });

  test('default-backend takes requests for a backend without ready pods', async () => {
    const down = echoService('web') + sliceYaml('web', []);
    await naru.given(down + pod + web({ 'default-backend': 'pages' }));
    const { status, page: found } = await page('/a?q=1', { headers: { accept: 'text/html' } });
    assert.deepEqual([status, found?.service, found?.path], [200, 'pages', '/a?q=1']);
    assert.deepEqual([found?.headers['x-code'], found?.headers['x-format'], found?.headers['x-service-name']], ['503', 'text/html', 'web']);
    await naru.given(pod + web({ 'default-backend': 'pages' }));
    assert.equal((await page('/')).page?.service, 'pages');
    await naru.given(down + pod + web({}));
    assert.equal((await naru.get('http://a.test/')).status, 503);
    await naru.given(down + web({ 'default-backend': 'pages' }));
    assert.equal((await naru.get('http://a.test/')).status, 503);
  });

  test('pages that nobody could make are told, and errors answered as they are', async () => {
    await naru.given(backend + web({ 'custom-http-errors': '404' }));
    assert.equal((await naru.get('http://a.test/404')).body, 'from the backend');
    assert.deepEqual(
      naru.problems.map(({ code }) => code),
      ['NR217'],
    );
  });
});
