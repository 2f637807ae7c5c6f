// What Prometheus gets of requests: by Ingress, Service and canary, under the names that Flagger and boards for ingress-nginx ask for.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { choosePort } from '../../src/dev/ports.ts';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

interface Relabelling {
  readonly source_labels: readonly string[];
  readonly regex: string;
  readonly target_label: string;
  readonly replacement?: string;
}

/** The labels of a line, as Prometheus of a major version has them after the rules of manifests/monitoring/scrape.yaml. */
function relabelled(line: string, version: 2 | 3): Readonly<Record<string, string>> {
  const [, name = '', labels = ''] = /^(\w+)\{(.*)\}/.exec(line) ?? [];
  const series: Record<string, string> = { __name__: name };
  for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) series[label] = value;
  // https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values
  if (version === 3 && /^\d+$/.test(series['le'] ?? '')) series['le'] += '.0';
  const { scrape_configs } = parse(readFileSync('manifests/monitoring/scrape.yaml', 'utf8')) as {
    readonly scrape_configs: readonly { readonly metric_relabel_configs?: readonly Relabelling[] }[];
  };
  // https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config: anchored, `;` between labels
  for (const { source_labels, regex, target_label, replacement = '$1' } of scrape_configs.flatMap(
    (job) => job.metric_relabel_configs ?? [],
  )) {
    const joined = source_labels.map((label) => series[label] ?? '').join(';');
    const whole = new RegExp(`^(?:${regex})$`);
    if (whole.test(joined)) series[target_label] = joined.replace(whole, replacement.replaceAll(/\$\{(\d)\}/g, '$$$1'));
  }
  return series;
}

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

  test('the distribution of times is kept for an Ingress that asks for it, and Prometheus makes of it what boards for ingress-nginx ask for', async () => {
    const timed = ingressYaml({ name: 'timed', host: 'timed.test', paths: ['Prefix / main'] });
    const asks = timed.replace('"annotations":{}', '"annotations":{"naru.io/latency-histogram":"true"}');
    assert.notEqual(asks, timed);
    await naru.given(echoService('main') + asks + ingressYaml({ name: 'untimed', host: 'untimed.test', paths: ['Prefix / main'] }));
    for (let i = 0; i < 3; i++) assert.equal((await naru.get('http://timed.test/')).status, 200);
    assert.equal((await naru.get('http://untimed.test/')).status, 200);
    // Envoy writes distributions every five seconds.
    const metrics = await eventually('all are counted', async () => {
      const text = await naru.metrics();
      return /_requests\{[^}]*ingress="untimed"/.test(text) && /_milliseconds_count\{[^}]*service="main"[^}]*\} 3/.test(text)
        ? text
        : undefined;
    });
    const kept = metrics.split('\n').filter((line) => line.startsWith('envoy_nginx_ingress_controller_request_duration'));
    assert.deepEqual(
      kept.filter((line) => line.includes('_count{')).map((line) => line.replace('envoy_nginx_ingress_controller_request_duration_', '')),
      ['milliseconds_count{namespace="default",ingress="timed",service="main",canary=""} 3'],
    );
    for (const version of [2, 3] as const) {
      const buckets = kept.filter((line) => line.includes('service="main"')).map((line) => relabelled(line, version));
      assert.deepEqual(
        buckets.flatMap((series) =>
          series['__name__'] === 'nginx_ingress_controller_request_duration_seconds_bucket'
            ? [Number(series['le']?.replace('+Inf', 'Infinity'))]
            : [],
        ),
        // https://github.com/kubernetes/ingress-nginx/blob/main/pkg/flags/flags.go: --time-buckets
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Infinity],
      );
      assert.equal(buckets.length, 14, 'as docs/operations.md counts them');
      assert.deepEqual([...new Set(buckets.map((series) => series['__name__'] ?? ''))].toSorted(), [
        'nginx_ingress_controller_request_duration_milliseconds_sum',
        'nginx_ingress_controller_request_duration_seconds_bucket',
        'nginx_ingress_controller_request_duration_seconds_count',
      ]);
    }
  });

  test('each Ingress has two series, and no more than 1,300 distributions are kept, whatever asks for them', async () => {
    // docs/operations.md says what follows for 5,000.
    const names = Array.from({ length: 1400 }, (_, index) => `many-${index}`);
    const asking = names.map((name) => ingressYaml({ name, host: `${name}.test`, paths: ['Prefix / main'] }));
    await naru.given(
      echoService('main') + asking.join('').replaceAll('"annotations":{}', '"annotations":{"naru.io/latency-histogram":"true"}'),
    );
    const waiting = names.values();
    const visit = async (): Promise<void> => {
      for (const name of waiting) assert.equal((await naru.get(`http://${name}.test/`)).status, 200);
    };
    await Promise.all(Array.from({ length: 8 }, visit));
    const series = async (pattern: RegExp): Promise<number> =>
      (await naru.metrics()).split('\n').filter((line) => pattern.test(line)).length;
    await eventually('all are counted', async () => ((await series(/_requests\{[^}]*ingress="many-/)) === 1400 ? true : undefined));
    assert.equal(await series(/_response_duration_microseconds\{[^}]*ingress="many-/), 1400);
    const distributions = await eventually('distributions are written', async () => {
      const found = await series(/_request_duration_milliseconds_count\{/);
      return found > 1000 ? found : undefined;
    });
    assert.equal(distributions, 1300);
    assert.equal(await series(/_request_duration_milliseconds/), 1300 * 14 + 1, 'with the line that says its type');
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
