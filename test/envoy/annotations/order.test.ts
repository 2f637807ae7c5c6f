// What a request is answered that nothing is right with: the first check that it fails, in the order of nginx's phases.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { Agent } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { issueCertificate } from '../../support/certificate-kinds.ts';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, secretYaml, sliceYaml, tlsSecretYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

const client = await issueCertificate({ names: ['ada.example.com'] });

let naru: Naru;
let service: Server;
let status = 200;
describe('order', () => {
  before(async () => {
    service = createServer((_, response) => response.writeHead(status).end());
    await listen(service);
  });
  after(() => service.close());
  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  /** In nginx's order; each with its answer. */
  const checks = [
    ['certificate', 400],
    ['subject', 403],
    ['root', 302],
    ['size', 413],
    ['preflight', 204],
    ['redirect', 308],
    ['pods', 503],
    ['limit', 503],
    ['address', 403],
    ['password', 401],
    ['service', 500],
  ] as const;
  type Check = (typeof checks)[number][0];

  /** One Ingress with everything on. */
  async function given(fails: (check: Check) => boolean): Promise<void> {
    const port = portOf(service);
    status = fails('service') ? 500 : 200;
    const annotations = {
      'auth-tls-secret': 'signers',
      'auth-tls-match-cn': fails('subject') ? 'CN=grace' : 'CN=ada',
      'app-root': '/app/root',
      'proxy-body-size': '10',
      'enable-cors': 'true',
      'rewrite-target': '/inner/$1',
      'limit-rpm': fails('limit') ? '1' : '1000',
      'limit-burst-multiplier': '1',
      'allowlist-source-range': fails('address') ? '192.0.2.0/24' : '127.0.0.0/8',
      'auth-type': 'basic',
      'auth-secret': 'users',
      'auth-url': `http://127.0.0.1:${port}/`,
    };
    await naru.given(
      ingressYaml({ name: 'all', host: 'all.test', paths: ['ImplementationSpecific /(.*) web'], tls: ['own all.test'], annotations }) +
        echoService('web') +
        (fails('pods') ? sliceYaml('web', []) : '') +
        tlsSecretYaml('own', 'all.test') +
        secretYaml('signers', { 'ca.crt': client.intermediate }) +
        secretYaml('users', { auth: 'ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=' }),
    );
  }

  /** Of a request that fails these checks; more of them came before it than a limit lets through. */
  async function answer(fails: (check: Check) => boolean) {
    // Over plain http nobody is asked for a certificate, and over https nobody is sent there. A body is measured behind the redirect.
    const scheme = fails('redirect') && !fails('size') ? 'http' : 'https';
    const shown = fails('certificate') ? {} : { cert: client.chain, key: client.privateKey };
    const body = fails('size') ? 'more than ten bytes' : 'few bytes';
    const details = {
      method: fails('preflight') ? 'OPTIONS' : 'POST',
      body,
      headers: {
        'content-length': String(body.length),
        ...(fails('preflight') && { origin: 'https://shop.test', 'access-control-request-method': 'POST' }),
        ...(!fails('password') && { authorization: `Basic ${Buffer.from('ada:secret').toString('base64')}` }),
      },
      ...(scheme === 'https' && { agent: new Agent({ keepAlive: false, maxCachedSessions: 0, ...shown }) }),
    };
    const url = `${scheme}://all.test${fails('root') ? '/' : '/path'}`;
    for (let tries = 0; tries < 3; tries += 1) await naru.get(url, details);
    return naru.get(url, details);
  }

  for (const [index, [check, expected]] of checks.entries())
    test(`${check}: ${expected} before whatever comes behind it`, async () => {
      const failed = new Set<Check>(checks.slice(index).map(([name]) => name));
      const fails = (one: Check) => failed.has(one);
      await given(fails);
      assert.equal((await answer(fails)).status, expected);
    });

  test('a request that fails nothing goes on, rewritten', async () => {
    await given(() => false);
    const { status: passed, body } = await answer(() => false);
    assert.deepEqual([passed, (JSON.parse(body) as { path: string }).path], [200, '/inner/path']);
  });
});
