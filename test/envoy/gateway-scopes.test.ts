// Which scope a request to a Gateway finds: that of its exact host at this port, or that of the port's other hosts.
import assert from 'node:assert/strict';
import { connect, constants } from 'node:http2';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { request, type RequestDetails } from '../support/request.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

function yaml(kind: string, name: string, spec: object): string {
  return `---\n${JSON.stringify({ apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name }, spec })}\n`;
}

const gatewayClass = yaml('GatewayClass', 'naru', { controllerName: 'naru.io/gateway-controller' });
const gateway = (name: string, ...listeners: readonly object[]) => yaml('Gateway', name, { gatewayClassName: 'naru', listeners });
const http = (name: string, hostname?: string) => ({ name, port: 8080, protocol: 'HTTP', ...(hostname === undefined ? {} : { hostname }) });

/** All of its paths go to the Service of its name. `parent`: `gateway/listener`, or the Gateway alone. */
function route(name: string, parent: string, ...hostnames: readonly string[]): string {
  const [gatewayName, sectionName] = parent.split('/');
  const parentRefs = [{ name: gatewayName, ...(sectionName === undefined ? {} : { sectionName }) }];
  return yaml('HTTPRoute', name, { parentRefs, hostnames, rules: [{ backendRefs: [{ name, port: 80 }] }] });
}

describe('hosts of Gateways', () => {
  let naru: Naru;
  before(async () => {
    naru = await sharedNaru();
  });

  const get = (at: string, host: string, details: RequestDetails = {}) =>
    request(
      'http://any.test/',
      { http: 8080, https: 8443 },
      { address: naru.gatewayAddress(`default/${at}`), ...details, headers: { ...details.headers, host } },
    );
  async function served(at: string, host: string, details: RequestDetails = {}): Promise<string | number> {
    const { status, body } = await get(at, host, details);
    return status === 200 ? (JSON.parse(body) as { service: string }).service : status;
  }

  const two = () =>
    gatewayClass +
    gateway('one', http('any'), http('wild', '*.scope.test'), http('deep', '*.b.scope.test'), http('empty', 'empty.scope.test')) +
    gateway('two', http('some', 'named.scope.test')) +
    route('any', 'one/any') +
    route('named', 'one/wild', 'named.scope.test') +
    route('wild', 'one/wild') +
    route('deep', 'one/deep') +
    route('second', 'two') +
    ingressYaml({ name: 'edge', host: 'named.scope.test', paths: ['Prefix / edge'] }) +
    echoService('any', 'named', 'wild', 'deep', 'second', 'edge');

  test('are found however they are written, an exact one before wildcards, and those before everything else', async () => {
    await naru.given(two());
    const answers = {
      'named.scope.test': 'named',
      'named.scope.test:8080': 'named',
      'named.scope.test.': 'named',
      'NAMED.Scope.test:8080': 'named',
      'x.scope.test': 'wild',
      'x.y.scope.test': 'wild',
      'X.Scope.Test:80': 'wild',
      'x.b.scope.test': 'deep',
      'x.y.b.scope.test': 'deep',
      'b.scope.test': 'wild',
      'empty.scope.test': 404,
      'EMPTY.scope.test:8080': 404,
      'scope.test': 'any',
      nobody: 'any',
      '10.1.2.3:80': 'any',
      '[::1]:80': 'any',
      other: 'any',
      '*': 'any',
    };
    for (const [host, expected] of Object.entries(answers)) assert.equal(await served('one', host), expected, host);
  });

  test('are those of the address and port that was asked: neither another Gateway nor Ingresses have a part in it', async () => {
    await naru.given(two());
    assert.equal(await served('two', 'named.scope.test'), 'second');
    assert.equal(await served('two', 'x.scope.test'), 404);
    assert.equal(await served('two', 'nobody'), 404);
    assert.equal(await naru.served('http://named.scope.test/'), 'edge');
    assert.equal(await naru.served('http://x.scope.test/'), 404);
  });

  test('cannot be chosen by a header, nor by the name of a scope as a host', async () => {
    await naru.given(two());
    const one = `{${naru.gatewayAddress('default/one')}_8080}`;
    for (const scope of ['named.scope.test', `${one}named.scope.test`, `${one}{other}`, '{other}']) {
      assert.equal(await served('two', 'x.scope.test', { headers: { 'x-naru-scope': scope } }), 404, scope);
      assert.equal(await served('one', 'x.scope.test', { headers: { 'x-naru-scope': scope } }), 'wild', scope);
    }
    for (const host of [`${one}named.scope.test`, '{other}', `${one}{other}`]) {
      assert.equal(await served('two', host), 400, host);
      assert.equal((await naru.get('http://named.scope.test/', { headers: { host } })).status, 400, host);
    }
    const { headers } = JSON.parse((await get('one', 'x.scope.test')).body) as { headers: Record<string, string> };
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('x-naru')),
      [],
    );
  });

  test('are found by HTTP/2 without TLS as well', async () => {
    await naru.given(two());
    const session = connect(`http://${naru.gatewayAddress('default/one')}:8080`);
    const ask = async (authority: string): Promise<string> => {
      const stream = session.request({ [constants.HTTP2_HEADER_AUTHORITY]: authority, [constants.HTTP2_HEADER_PATH]: '/' });
      stream.setEncoding('utf8');
      let body = '';
      for await (const part of stream) body += part as string;
      return (JSON.parse(body) as { service: string }).service;
    };
    try {
      assert.deepEqual(await Promise.all(['named.scope.test', 'NAMED.scope.test:80', 'x.y.scope.test', 'nobody'].map(ask)), [
        'named',
        'named',
        'wild',
        'any',
      ]);
    } finally {
      session.destroy();
    }
  });

  test('are there as soon as a new port takes connections', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `h${index}.new.test`);
    const hosts = ['*.wild.new.test', ...names].map((host, index) => route(`new-${index}`, 'one/new', host)).join('');
    const services = echoService(...Array.from({ length: names.length + 1 }, (_, index) => `new-${index}`), 'any');
    const port = (number: number) => ({ name: 'new', port: number, protocol: 'HTTP' });
    await naru.given(gatewayClass + gateway('one', http('any')) + route('any', 'one/any') + services);
    const address = naru.gatewayAddress('default/one');
    for (const number of [8090, 8091, 8092]) {
      const first = (host: string) =>
        eventually(
          'the new port takes connections',
          async () => (await request('http://any.test/', { http: number, https: 0 }, { address, headers: { host } })).status,
        );
      const [, ...answers] = await Promise.all([
        naru.given(gatewayClass + gateway('one', http('any'), port(number)) + route('any', 'one/any') + hosts + services),
        ...['h0.new.test', 'h39.new.test', 'x.wild.new.test'].map(first),
      ]);
      assert.deepEqual(answers, [200, 200, 200]);
    }
  });

  test('come and go between the scopes, and the others are not missed for a moment', async () => {
    const common = gatewayClass + gateway('one', http('any')) + route('any', 'one', 'any.test') + echoService('any', 'web');
    await naru.given(common + route('web', 'one', 'x.scope.test'));
    for (const [hostname, expected] of [
      ['x.scope.test', 'web'],
      ['*.scope.test', 'web'],
      ['*.test', 'web'],
      ['y.scope.test', 404],
      ['x.scope.test', 'web'],
    ] as const) {
      const given = naru.given(common + route('web', 'one', hostname));
      let asked = 0;
      await Promise.all([
        given,
        eventually('the change is accepted while others are asked for', async () => {
          assert.equal(await served('one', 'any.test'), 'any');
          return ++asked >= 5 ? true : undefined;
        }),
      ]);
      assert.equal(await served('one', 'x.scope.test'), expected, hostname);
    }
  });
});
