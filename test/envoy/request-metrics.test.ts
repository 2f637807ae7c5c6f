// What Prometheus gets of requests: by Ingress, Service and canary, under the names that Flagger and boards for ingress-nginx ask for.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { before, describe, test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

describe('metrics of requests', () => {
  let naru: Naru;
  before(async () => {
    naru = await sharedNaru();
  });

  test('are told apart by Ingress, Service, canary and status', async () => {
    const host = 'measured.test';
    const canary = { canary: 'true', 'canary-by-header': 'x-canary' };
    await naru.given(
      echoService('main', 'next') +
        ingressYaml({ name: 'measured', host, paths: ['Prefix / main', 'Prefix /none nowhere'] }) +
        ingressYaml({ name: 'measured-canary', host, paths: ['Prefix / next'], annotations: canary }),
    );
    const visit = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
      (await naru.get(`http://${host}${path}`, { headers })).status;
    for (let i = 0; i < 3; i++) assert.equal(await visit('/'), 200);
    for (let i = 0; i < 2; i++) assert.equal(await visit('/', { 'x-canary': 'always' }), 200);
    assert.equal(await visit('/none'), 503);
    const counted = await eventually('all are counted', async () => {
      const lines = (await naru.metrics()).split('\n').filter((line) => line.includes('ingress="measured"'));
      return lines.filter((line) => line.includes('_requests{')).length === 3 ? lines : undefined;
    });
    assert.deepEqual(counted.filter((line) => line.includes('_requests{')).toSorted(), [
      'envoy_nginx_ingress_controller_requests{namespace="default",ingress="measured",service="",canary="",status="503"} 1',
      'envoy_nginx_ingress_controller_requests{namespace="default",ingress="measured",service="main",canary="",status="200"} 3',
      'envoy_nginx_ingress_controller_requests{namespace="default",ingress="measured",service="next",canary="default-next-80",status="200"} 2',
    ]);
    const times = counted.filter((line) => line.includes('_response_duration_microseconds{'));
    assert.deepEqual(times.map((line) => /service="(\w*)"/.exec(line)?.[1] ?? '').toSorted(), ['main', 'next']);
    for (const line of times) assert.ok(Number(line.split(' ').at(-1)) > 0, line);
  });

  test('requests that no backend answers, or not to the end, are counted, and leave nothing in the log of Envoy', async (t) => {
    const broken = createServer((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () => socket.resetAndDestroy())),
    );
    await once(broken.listen(0, '127.0.0.1'), 'listening');
    t.after(() => broken.close());
    const host = 'unanswered.test';
    const redirect = { 'permanent-redirect': 'http://elsewhere.test/' };
    await naru.given(
      echoService('breaks', 'refuses') +
        sliceYaml('breaks', ['127.0.0.1'], portOf(broken)) +
        sliceYaml('refuses', ['127.0.0.1'], await choosePort(0)) +
        ingressYaml({ name: 'unanswered', host, paths: ['Prefix /breaks breaks', 'Prefix /refuses refuses', 'Prefix /none nowhere'] }) +
        ingressYaml({ name: 'redirected', host: 'redirected.test', paths: ['Prefix / breaks'], annotations: redirect }),
    );
    const statusOf = async (url: string): Promise<number> => (await naru.get(`http://${url}`)).status;
    await assert.rejects(naru.get(`http://${host}/breaks`));
    assert.equal(await statusOf(`${host}/refuses`), 503);
    assert.equal(await statusOf(`${host}/none`), 503);
    assert.equal(await statusOf(`${host}/other`), 404);
    assert.equal(await statusOf('redirected.test/'), 301);
    const linesOf = async (metric: string): Promise<readonly string[]> => {
      const lines = (await naru.metrics()).split('\n').filter((line) => /ingress="(?:unanswered|redirected)"/.test(line));
      return lines
        .filter((line) => line.includes(`_${metric}{`))
        .map((line) => line.replace(/.*ingress=/, ''))
        .toSorted();
    };
    const requests = await eventually('all are counted', async () => {
      const lines = await linesOf('requests');
      return lines.length === 4 ? lines : undefined;
    });
    assert.deepEqual(requests, [
      '"redirected",service="",canary="",status="301"} 1',
      '"unanswered",service="",canary="",status="503"} 1',
      '"unanswered",service="breaks",canary="",status="200"} 1',
      '"unanswered",service="refuses",canary="",status="503"} 1',
    ]);
    const times = await linesOf('response_duration_microseconds');
    assert.deepEqual(
      times.map((line) => /service="(\w*)"/.exec(line)?.[1]),
      ['breaks', 'refuses'],
    );
    assert.deepEqual(
      naru.envoyLog.filter((line) => line.includes('tats access logger')),
      [],
    );
  });
});
