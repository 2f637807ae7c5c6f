// What Prometheus gets of requests: by Ingress, Service and canary, under the names that Flagger and boards for ingress-nginx ask for.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

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
});
