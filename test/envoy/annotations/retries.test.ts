// proxy-next-upstream and its family, as an Ingress asks for them; what Envoy does with each is in test/envoy/retry.test.ts.
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../../support/yaml.ts';

let naru: Naru;
let pods: readonly Server[] = [];
let asked: string[] = [];

function pod(name: string, answer: RequestListener): Promise<Server> {
  const server = createServer((request, response) => {
    asked.push(name);
    answer(request, response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('retries', () => {
  before(async () => {
    pods = await Promise.all([pod('silent', () => undefined), pod('failing', (_, response) => response.writeHead(502).end())]);
  });
  after(() => {
    for (const server of pods) {
      server.closeAllConnections();
      server.close();
    }
  });
  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  /** The status of a request to a Service of one pod, and how often that was asked. */
  async function triesOf(kind: 'silent' | 'failing', annotations: Readonly<Record<string, string>>): Promise<string> {
    const { port } = (pods[kind === 'silent' ? 0 : 1] ?? assert.fail()).address() as AddressInfo;
    const ingress = ingressYaml({ name: 'web', host: 'try.test', paths: ['Prefix / web'], annotations });
    await naru.given(ingress + echoService('web') + sliceYaml('web', ['127.0.0.1'], port));
    asked = [];
    const { status } = await naru.get('http://try.test/');
    return `${status} ${asked.length}`;
  }

  test('proxy-next-upstream: a status is a reason to try again where it is named', async () => {
    assert.equal(await triesOf('failing', { 'proxy-next-upstream': 'error http_502' }), '502 3');
    for (const conditions of ['error', 'off', 'error http_501']) {
      assert.equal(await triesOf('failing', { 'proxy-next-upstream': conditions }), '502 1', conditions);
    }
  });

  test('proxy-next-upstream-tries: how often a request is sent in all', async () => {
    const tries = (count: string) => triesOf('failing', { 'proxy-next-upstream': 'http_502', 'proxy-next-upstream-tries': count });
    assert.deepEqual([await tries('1'), await tries('2'), await tries('many'), await tries('0')], ['502 1', '502 2', '502 3', '502 10']);
  });

  test('proxy-next-upstream-timeout: no try begins after it', async () => {
    const silent = (within: Readonly<Record<string, string>>) =>
      triesOf('silent', { 'proxy-read-timeout': '1', 'proxy-send-timeout': '1', ...within });
    assert.equal(await silent({ 'proxy-next-upstream-timeout': '1' }), '504 1');
    assert.equal(await silent({ 'proxy-next-upstream-timeout': '2' }), '504 2');
    assert.equal(await silent({ 'proxy-next-upstream-timeout': '0' }), '504 3');
    assert.equal(await silent({ 'proxy-next-upstream-timeout': 'soon' }), '504 3');
  });
});
