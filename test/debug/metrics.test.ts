import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Metrics } from '../../src/debug/metrics.ts';
import { startDebugServer } from '../../src/debug/server.ts';
import { problem } from '../../src/model/problem.ts';
import { requestMetrics } from '../../src/xds/clusters/request-metrics.ts';
import { cluster, fleetOf, proxy, snapshotsOf, viewOf } from './view-for-tests.ts';

test('/metrics tells how things stand at the time of the scrape', async (t) => {
  const snapshots = snapshotsOf('naru', [cluster('a')], [cluster('b')], [cluster('c')]);
  const refused = { snapshot: 2, message: 'no', names: ['c'], at: 0 };
  const proxies = [
    proxy('one', { accepted: 3 }),
    proxy('two', { accepted: 1, types: { clusters: { subscribed: true, resources: 1, sent: 2, acknowledged: 1, refused } } }),
    proxy('three', { accepted: 0, fleet: 'edge' }),
  ];
  const source = { kind: 'Ingress', namespace: 'shop', name: 'web' };
  const found = problem('NR501', source, { message: 'There is no Service.', done: 'Requests get 503.' });
  const view = viewOf({
    fleets: () => [fleetOf('naru', snapshots), fleetOf('edge', [])],
    proxies: () => proxies,
    problems: () => [found, found],
    certificates: () => [{ namespace: 'shop', secret: 'tls', notAfter: '2026-01-01T00:00:00Z' }],
  });
  const server = await startDebugServer({ host: '127.0.0.1', port: 0, view, version: '1.2.3' });
  t.after(() => server.close());
  const answer = { proxy: 'one', fleet: 'naru', type: 'clusters', names: [], snapshot: 1, nonce: '1', tookMs: 4 } as const;
  server.metrics.acknowledged(answer);
  server.metrics.acknowledged({ ...answer, refusal: 'no' });
  server.metrics.passed(3, true);
  server.metrics.passed(3, false);
  server.metrics.passed(3, false);
  server.metrics.heard('Ingress');
  server.metrics.wroteStatus('Gateway', 'failed');
  server.metrics.watchRestarted('Service', 'expired');
  server.metrics.settled(40);
  const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();

  const text = await scrape();
  for (const line of [
    `naru_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    'naru_snapshot_version{fleet="naru"} 3',
    'naru_snapshot_version{fleet="edge"} 0',
    'naru_snapshots_total{fleet="naru"} 3',
    'naru_snapshot_resources{fleet="naru",type="clusters"} 3',
    'naru_xds_connected{fleet="naru"} 2',
    'naru_xds_connected{fleet="edge"} 1',
    'naru_proxy_lag_versions{fleet="naru"} 2',
    'naru_proxies_refusing{fleet="naru"} 1',
    'naru_xds_responses_total{type="clusters",result="ack"} 1',
    'naru_xds_responses_total{type="clusters",result="nack"} 1',
    'naru_xds_responses_total{type="secrets",result="nack"} 0',
    'naru_xds_answer_seconds_count{type="clusters"} 2',
    'naru_snapshot_build_seconds_bucket{le="0.005"} 3',
    'naru_snapshot_builds_total{result="changed"} 1',
    'naru_snapshot_builds_total{result="unchanged"} 2',
    'naru_status_writes_total{kind="Gateway",result="failed"} 1',
    'naru_watch_restarts_total{kind="Service",reason="expired"} 1',
    'naru_event_to_ack_seconds_bucket{le="0.025"} 0',
    'naru_event_to_ack_seconds_bucket{le="0.05"} 1',
    'naru_certificate_expiry_timestamp_seconds{namespace="shop",secret="tls"} 1767225600',
    'naru_problems{code="NR501",severity="error"} 2',
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
  assert.match(text, /^nodejs_eventloop_lag_seconds /m);
  const [, heard] = /^naru_watch_last_event_timestamp_seconds\{kind="Ingress"\} (\S+)$/m.exec(text) ?? [];
  assert.ok(Math.abs(Number(heard) - Date.now() / 1000) < 60, heard);

  proxies.splice(1, 1);
  const later = await scrape();
  assert.match(later, /^naru_xds_connected\{fleet="naru"\} 1$/m);
  assert.match(later, /^naru_proxy_lag_versions\{fleet="naru"\} 0$/m);
  assert.match(later, /^naru_snapshots_total\{fleet="naru"\} 3$/m);
});

test('rules for Prometheus ask for metrics that there are', async () => {
  const rules = readFileSync('manifests/monitoring/rules.yaml', 'utf8');
  const printed = await new Metrics(viewOf({ leader: () => true, certificates: () => [] }), '1.2.3').print();
  const asked = [...rules.matchAll(/\bnaru_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
  assert.ok(asked.length > 3);
  for (const name of asked) assert.match(printed, new RegExp(`^# TYPE ${name} `, 'm'));
  const counted = JSON.stringify(requestMetrics);
  for (const [, name = ''] of rules.matchAll(/expr:.*?\b(nginx_\w+)/g)) assert.ok(counted.includes(`"${name.replace(/_sum$/, '')}"`), name);
});
