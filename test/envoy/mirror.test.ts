// Copies of requests, and the host that backends see.
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { certificateFor } from '../support/certificates.ts';
import { podAddress } from '../support/local-address.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

let naru: Naru;
let server: Server;
let tlsServer: Server;
let address: string;
/** `METHOD HOST URL BODY` of each copy. */
const copies: string[] = [];

describe('mirror', () => {
  before(async () => {
    naru = await sharedNaru();
    address = await podAddress();
    const listener: RequestListener = (incoming, answer) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        copies.push(`${incoming.method} ${incoming.headers.host} ${incoming.url} ${Buffer.concat(parts).toString()}`);
        answer.writeHead(500).end();
      });
    };
    server = createServer(listener);
    const { chain, privateKey } = await certificateFor(['copy.test']);
    tlsServer = createTlsServer({ cert: chain, key: privateKey }, listener);
    await Promise.all([server, tlsServer].map((one) => new Promise<void>((resolve) => one.listen(0, resolve))));
  });
  after(() => {
    server.close();
    tlsServer.close();
  });

  function web(annotations: Readonly<Record<string, string>>, paths = ['Prefix / web']): string {
    return ingressYaml({ name: 'web', host: 'a.test', paths, annotations }) + echoService('web');
  }

  function copy(): Promise<string> {
    return eventually('the copy arrives', () => copies.pop());
  }

  test('mirror-target gets a copy of each request, with its body, and has no say in the answer', async () => {
    const target = `http://${address}:${portOf(server)}`;
    await naru.given(web({ 'mirror-target': `${target}$request_uri` }));
    const { status } = await naru.get('http://a.test/a?q=1', { method: 'POST', body: 'hello' });
    assert.equal(status, 200);
    assert.equal(await copy(), `POST ${address} /a?q=1 hello`);

    await naru.given(web({ 'mirror-target': target, 'mirror-host': 'copy.test', 'mirror-request-body': 'off' }));
    await naru.get('http://a.test/b', { method: 'POST', body: 'hello' });
    assert.equal(await copy(), 'POST copy.test /b hello');

    await naru.given(web({ 'mirror-host': 'copy.test' }));
    await naru.get('http://a.test/not');
    await naru.given(web({ 'mirror-target': target }));
    await naru.get('http://a.test/last');
    assert.equal(await copy(), `GET ${address} /last `);
    assert.deepEqual(copies, []);
  });

  test('mirror-target may be reached by https', async () => {
    await naru.given(web({ 'mirror-target': `https://${address}:${portOf(tlsServer)}/$request_uri` }));
    assert.equal(await naru.served('http://a.test/tls'), 'web');
    assert.equal(await copy(), `GET ${address} /tls `);
  });

  const forbidden = [
    'http://127.0.0.1',
    'http://localhost:9901/',
    'http://169.254.169.254/latest',
    'http://metadata.google.internal',
    'http://0x7f000001',
    'http://[::1]/',
    'file:///etc/passwd',
    'http://a.test"; } location / { return 200 "x"; } #',
    'http://a.test/\n}',
    'http://a.test@127.0.0.1/',
    'http://$http_host/',
  ] as const;

  test('CVE-2025-1098: what is no place to mirror to is refused, and requests are served without', async () => {
    for (const target of forbidden) {
      await naru.given(web({ 'mirror-target': target, 'mirror-host': 'a"; }\n' }));
      assert.equal(await naru.served('http://a.test/'), 'web');
      const codes = naru.problems.map(({ code, source }) => `${code} ${source.field}`);
      const field = (name: string) => `NR214 metadata.annotations["nginx.ingress.kubernetes.io/${name}"]`;
      assert.deepEqual(codes, [field('mirror-host'), field('mirror-target')], target);
    }
  });

  interface Seen {
    readonly host: string;
  }

  async function hostSeen(): Promise<string> {
    return (JSON.parse((await naru.get('http://a.test:81/')).body) as Seen).host;
  }

  test('upstream-vhost is the host that backends see, and what the client named without it', async () => {
    await naru.given(web({}));
    assert.equal(await hostSeen(), 'a.test:81');
    await naru.given(web({ 'upstream-vhost': 'inner.test' }));
    assert.equal(await hostSeen(), 'inner.test');
    await naru.given(web({ 'upstream-vhost': '${service_name}.$namespace.svc:$service_port' }));
    assert.equal(await hostSeen(), 'web.default.svc:80');
    await naru.given(web({ 'upstream-vhost': 'x.$host' }));
    assert.equal(await hostSeen(), 'x.a.test:81');
    await naru.given(web({ 'upstream-vhost': 'x.$proxy_port' }));
    assert.equal(await hostSeen(), 'a.test:81');
    assert.match(naru.problems[0]?.message ?? '', /"\$proxy_port" is no variable that Naru knows/);
  });
});
