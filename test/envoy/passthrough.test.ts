// ssl-passthrough: whose certificate a client sees, and who answers.
import assert from 'node:assert/strict';
import { Agent, createServer, type Server } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { podAddress } from '../support/local-address.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import type { Answer } from '../support/request.ts';
import { configMapYaml, echoService, ingressYaml, type IngressText, sliceYaml, tlsSecretYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

let naru: Naru;
let server: Server;
let pods: string;

describe('passthrough', () => {
  before(async () => {
    naru = await sharedNaru({ sslPassthrough: true });
    const { chain, privateKey } = await certificateFor(['pass.test']);
    server = createServer({ cert: chain, key: privateKey }, (incoming, answer) => {
      answer.end(`the backend itself: ${incoming.headers.host} ${incoming.url}`);
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const port = portOf(server);
    pods =
      configMapYaml({}) +
      echoService('tls', 'web') +
      sliceYaml('tls', [await podAddress()], port) +
      tlsSecretYaml('secret', 'pass.test', 'web.test');
  });
  after(() => server.close());

  const on = { 'ssl-passthrough': 'true' };

  function pass(more: Partial<IngressText> = {}): string {
    return ingressYaml({ name: 'pass', host: 'pass.test', paths: ['Prefix / tls'], annotations: on, ...more });
  }

  const web = ingressYaml({ name: 'web', host: 'web.test', paths: ['Prefix / web'], tls: ['secret web.test'] });

  function passedThrough(path: string): Promise<Answer> {
    return eventually('the backend itself answers', async () => {
      const answer = await naru.get(`https://pass.test${path}`, { agent: new Agent({ keepAlive: false, maxCachedSessions: 0 }) });
      return answer.body === `the backend itself: pass.test ${path}` ? answer : undefined;
    });
  }

  function codes(): readonly string[] {
    return naru.problems.map(({ code, source }) => `${code} ${source.name}`);
  }

  test('TLS for the host goes to the backend of its path / as it is, and that of others ends at Envoy', async () => {
    await naru.given(pods + pass() + web);
    const passed = await passedThrough('/a?q=1');
    const ended = await naru.get('https://web.test/');
    assert.equal((JSON.parse(ended.body) as { service: string }).service, 'web');
    assert.notEqual(passed.certificate, ended.certificate);
    assert.deepEqual(codes(), []);
  });

  test('a certificate of the host has no part in it, and without the annotation it is shown', async () => {
    await naru.given(pods + pass({ tls: ['secret pass.test'] }) + web);
    const passed = await passedThrough('/');
    await naru.given(
      pods + pass({ tls: ['secret pass.test'], annotations: { 'ssl-passthrough': 'false' }, paths: ['Prefix / web'] }) + web,
    );
    // A listener that was accepted takes its place a moment later.
    const ended = await eventually('Envoy shows its certificate', async () => {
      const answer = await naru.get('https://pass.test/', { agent: new Agent({ keepAlive: false, maxCachedSessions: 0 }) });
      return answer.certificate === passed.certificate ? undefined : answer;
    });
    assert.equal(ended.status, 200);
    assert.equal(ended.certificate, (await naru.get('https://web.test/')).certificate);
  });

  test('without a path / there is nowhere to pass it, and without --enable-ssl-passthrough it is not passed: both are told', async () => {
    await naru.given(pods + pass({ paths: ['Prefix /a web'] }) + web);
    assert.equal((await naru.get('https://pass.test/a')).status, 200);
    assert.deepEqual(codes(), ['NR218 pass']);
    const off = await sharedNaru();
    await off.given(pods + pass({ paths: ['Prefix / web'] }) + web);
    assert.equal((await off.get('https://pass.test/a')).status, 200);
    assert.deepEqual(
      off.problems.map(({ code }) => code),
      ['NR218'],
    );
  });
});
