// `naru canary`: what is wanted, what is sent, and what a real Envoy was seen to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countersIn } from '../../src/cli/canary/envoy-counters.ts';
import { startDemo } from './demo-for-tests.ts';
import { NaruProcess } from './naru-process.ts';

test('the share that a canary gets is counted while requests come', async (t) => {
  const demo = await startDemo(t);
  const admin = (await demo.naru.says(/(http:\/\/127\.0\.0\.1:\d+) {3}Envoy's admin interface/))[1] ?? '';
  const over = new AbortController();
  const load = (async () => {
    while (!over.signal.aborted) await Promise.all(Array.from({ length: 10 }, () => demo.get('http://shop.localhost/')));
  })();
  const flags = ['--server', `http://127.0.0.1:${demo.debug}`, '--envoy', admin];
  const naru = NaruProcess.start(t, ['canary', '--for', '2s', ...flags]);
  const code = await naru.ended();
  over.abort();
  await load;
  assert.deepEqual([code, naru.errors], [0, '']);
  const [head, row] = naru.output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  assert.deepEqual(head?.slice(0, 6), ['NAMESPACE', 'CANARY', 'HOST+PATH', 'WANTED', 'SENT', 'OBSERVED (2s)']);
  assert.deepEqual(row?.slice(0, 5), ['shop', 'web-canary', 'shop.localhost/', '20 %', '20 %']);
  const [, share, margin] = /^([\d.]+) % \(±([\d.]+)\)$/.exec(row?.[5] ?? '') ?? [];
  // Chance may go beyond the interval of 95 %, but not beyond three of them.
  assert.ok(Math.abs(Number(share) - 20) <= 3 * Number(margin), naru.output);
  assert.equal(row?.[6], '0 % / 0 %');
});

test('counters are read from what Prometheus reads', () => {
  const text = `# TYPE envoy_cluster_upstream_rq_total counter
envoy_cluster_upstream_rq_total{envoy_cluster_name="shop/web/80"} 12
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="shop/web/80"} 3
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="shop/web/80"} 9
envoy_cluster_upstream_cx_total{envoy_cluster_name="shop/web/80"} 1
`;
  assert.deepEqual(
    [...countersIn(text)],
    [
      ['shop/web/80 total', 12],
      ['shop/web/80 5xx', 3],
    ],
  );
});
