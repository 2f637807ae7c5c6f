// What a client sees of Gateways, through a real Envoy.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { request, type RequestDetails } from '../support/request.ts';
import { echoService } from '../support/yaml.ts';

const group = 'gateway.networking.k8s.io';

interface Echo {
  readonly service: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function yaml(kind: string, name: string, spec: object): string {
  return `---\n${JSON.stringify({ apiVersion: `${group}/v1`, kind, metadata: { name }, spec })}\n`;
}

const gatewayClass = yaml('GatewayClass', 'naru', { controllerName: 'naru.io/gateway-controller' });
const gateway = (name: string, listeners: readonly object[]) => yaml('Gateway', name, { gatewayClassName: 'naru', listeners });
const to = (...services: readonly string[]) => ({ backendRefs: services.map((service) => ({ name: service, port: 80 })) });
const route = (name: string, spec: object) => yaml('HTTPRoute', name, spec);
const at = (value: string, more: object = {}) => ({ path: { type: 'PathPrefix', value }, ...more });
/** One listener, and one route for shop.test. */
const shopRoutes = (rules: readonly object[]) =>
  gatewayClass +
  gateway('web', [{ name: 'http', port: 8080, protocol: 'HTTP' }]) +
  route('web', { parentRefs: [{ name: 'web' }], hostnames: ['shop.test'], rules });
const secret = (name: string, host: string) =>
  `---\napiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\ntype: kubernetes.io/tls\ndata: { tls.crt: $certificate(${host}), tls.key: $key(${host}) }\n`;

describe('a Gateway', () => {
  let naru: Naru;
  before(async () => {
    naru = await sharedNaru();
  });

  const ports = { http: 8080, https: 8443 };
  const get = (url: string, details: RequestDetails = {}) =>
    request(url, ports, { address: naru.gatewayAddress('default/web'), ...details });
  async function served(url: string, details: RequestDetails = {}): Promise<string | number> {
    const { status, body } = await get(url, details);
    return status === 200 ? (JSON.parse(body) as Echo).service : status;
  }
  const echo = async (url: string, details: RequestDetails = {}) => JSON.parse((await get(url, details)).body) as Echo;

  test('matches by path, method, headers and query, the most specific first', async () => {
    await naru.given(
      shopRoutes([
        { matches: [at('/')], ...to('root') },
        { matches: [at('/a'), { path: { type: 'Exact', value: '/exact' } }], ...to('a') },
        { matches: [at('/a', { headers: [{ name: 'X-Kind', value: 'one' }] })], ...to('header') },
        {
          matches: [
            at('/a', {
              headers: [{ name: 'X-Kind', type: 'RegularExpression', value: 't.*' }],
              queryParams: [{ name: 'q', value: '1' }],
            }),
          ],
          ...to('both'),
        },
        { matches: [at('/a', { method: 'DELETE' })], ...to('method') },
        { matches: [{ path: { type: 'RegularExpression', value: '/item/[0-9]+' } }], ...to('regex') },
      ]) + echoService('root', 'a', 'header', 'both', 'method', 'regex'),
    );
    const answers: readonly (readonly [string, string | number, RequestDetails?])[] = [
      ['/', 'root'],
      ['/a', 'a'],
      ['/a/b', 'a'],
      ['/ab', 'root'],
      ['/exact', 'a'],
      ['/exact/', 'root'],
      ['/a', 'header', { headers: { 'x-kind': 'one' } }],
      ['/a?q=1', 'both', { headers: { 'x-kind': 'two' } }],
      ['/a?q=2', 'a', { headers: { 'x-kind': 'two' } }],
      ['/a', 'method', { method: 'DELETE' }],
      ['/item/12', 'regex'],
      ['/item/x', 'root'],
    ];
    for (const [path, expected, details] of answers) assert.equal(await served(`http://shop.test${path}`, details), expected, path);
    assert.equal(await served('http://other.test/'), 404);
  });

  test('gives a request to the listener with the most specific hostname alone', async () => {
    await naru.given(
      gatewayClass +
        gateway('web', [
          { name: 'any', port: 8080, protocol: 'HTTP' },
          { name: 'wild', port: 8080, protocol: 'HTTP', hostname: '*.shop.test' },
          { name: 'one', port: 8080, protocol: 'HTTP', hostname: 'one.shop.test' },
        ]) +
        route('any', { parentRefs: [{ name: 'web', sectionName: 'any' }], rules: [to('any')] }) +
        route('wild', { parentRefs: [{ name: 'web', sectionName: 'wild' }], rules: [{ matches: [at('/wild')], ...to('wild') }] }) +
        route('one', { parentRefs: [{ name: 'web', sectionName: 'one' }], rules: [{ matches: [at('/one')], ...to('one') }] }) +
        echoService('any', 'wild', 'one'),
    );
    assert.equal(await served('http://else.test/'), 'any');
    assert.equal(await served('http://a.b.shop.test/wild'), 'wild');
    assert.equal(await served('http://a.shop.test/'), 404);
    assert.equal(await served('http://one.shop.test/one'), 'one');
    assert.equal(await served('http://one.shop.test/wild'), 404);
  });

  test('changes headers, rewrites, redirects and shares', async () => {
    const headers = (set: string) => ({
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'X-Set', value: set }], remove: ['X-Gone'] },
    });
    await naru.given(
      shopRoutes([
        { matches: [at('/headers')], filters: [headers('100%')], ...to('web') },
        { matches: [at('/backend')], backendRefs: [{ name: 'web', port: 80, filters: [headers('backend')] }] },
        {
          matches: [at('/old')],
          filters: [
            {
              type: 'URLRewrite',
              urlRewrite: { hostname: 'inner.test', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
            },
          ],
          ...to('web'),
        },
        {
          matches: [at('/port')],
          filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'other.test', statusCode: 307 } }],
        },
        {
          matches: [at('/secure')],
          filters: [
            {
              type: 'RequestRedirect',
              requestRedirect: { scheme: 'https', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/s' } },
            },
          ],
        },
        {
          matches: [at('/half')],
          backendRefs: [
            { name: 'web', port: 80 },
            { name: 'missing', port: 80 },
          ],
        },
        { matches: [at('/none')] },
        {
          matches: [at('/guarded')],
          filters: [{ type: 'ExtensionRef', extensionRef: { group: 'a.test', kind: 'Guard', name: 'g' } }],
          ...to('web'),
        },
      ]) + echoService('web'),
    );
    const changed = await echo('http://shop.test/headers', { headers: { 'x-gone': '1', 'x-set': 'client' } });
    assert.deepEqual([changed.headers['x-set'], changed.headers['x-gone']], ['100%', undefined]);
    assert.equal((await echo('http://shop.test/backend')).headers['x-set'], 'backend');
    const rewritten = await echo('http://shop.test/old/page');
    assert.deepEqual([rewritten.host, rewritten.path], ['inner.test', '/page']);
    const location = async (path: string) => (await get(`http://shop.test:8080${path}`)).headers.location;
    assert.equal(await location('/port/a'), 'http://other.test:8080/port/a');
    assert.equal(await location('/secure/a'), 'https://shop.test/s/a');
    const statuses = new Set<number>();
    for (let index = 0; index < 40; index++) statuses.add((await get('http://shop.test/half')).status);
    assert.deepEqual(
      [...statuses].sort((a, b) => a - b),
      [200, 500],
    );
    assert.equal(await served('http://shop.test/none'), 500);
    assert.equal(await served('http://shop.test/guarded'), 500);
  });

  test('shows the certificate of a listener, and ends or passes on whole connections', async () => {
    await naru.given(
      gatewayClass +
        gateway('web', [
          { name: 'https', port: 8443, protocol: 'HTTPS', hostname: 'shop.test', tls: { certificateRefs: [{ name: 'shop' }] } },
          { name: 'wild', port: 8443, protocol: 'HTTPS', hostname: '*.shop.test', tls: { certificateRefs: [{ name: 'wild' }] } },
          {
            name: 'ended',
            port: 8443,
            protocol: 'TLS',
            hostname: 'ended.test',
            tls: { mode: 'Terminate', certificateRefs: [{ name: 'ended' }] },
          },
          { name: 'tcp', port: 8080, protocol: 'TCP' },
        ]) +
        route('shop', { parentRefs: [{ name: 'web', sectionName: 'https' }], rules: [to('shop')] }) +
        route('wild', { parentRefs: [{ name: 'web', sectionName: 'wild' }], rules: [to('wild')] }) +
        yaml('TLSRoute', 'ended', {
          parentRefs: [{ name: 'web', sectionName: 'ended' }],
          hostnames: ['ended.test'],
          rules: [to('ended')],
        }) +
        yaml('TCPRoute', 'tcp', { parentRefs: [{ name: 'web', sectionName: 'tcp' }], rules: [to('tcp')] }) +
        secret('shop', 'shop.test') +
        secret('wild', '*.shop.test') +
        secret('ended', 'ended.test') +
        echoService('shop', 'wild', 'ended', 'tcp'),
    );
    assert.equal(await served('https://shop.test/'), 'shop');
    assert.equal(await served('https://a.shop.test/'), 'wild');
    assert.equal(await served('https://ended.test/'), 'ended');
    // A listener that becomes another kind takes a moment in the Envoy.
    await eventually('the port takes connections', async () => ((await served('http://whatever.test/')) === 'tcp' ? true : undefined));
    const shown = async (host: string) => (await get(`https://${host}/`)).certificate;
    assert.notEqual(await shown('shop.test'), await shown('a.shop.test'));
    // Asked for another listener's host over this connection: the client is to open one for it.
    assert.equal(await served('https://shop.test/', { headers: { host: 'a.shop.test' } }), 421);
    await assert.rejects(get('https://unknown.test/'));
  });
});
