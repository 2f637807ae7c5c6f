// Each thread of Envoy keeps four spans for five seconds: whoever waits for one asks again and again.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { type Span, TraceCollector } from '../support/trace-collector.ts';
import { configMapYaml, echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
let collector: TraceCollector;
describe('tracing', () => {
  test('Naru starts with an Envoy, a ConfigMap and a collector of traces', async () => {
    naru = await sharedNaru({ configMap: 'default/naru', https: { port: 8443, named: false } });
    collector = await TraceCollector.start();
  });
  after(() => collector?.stop());

  let turn = 0;

  type Annotations = Readonly<Record<string, string>>;

  /** Makes these the settings and what Ingresses ask for, by host and path, and waits until Envoy answers by them. */
  async function given(data: Readonly<Record<string, string>>, asking: Readonly<Record<string, Annotations>> = {}): Promise<void> {
    turn += 1;
    const to = { 'enable-opentelemetry': 'true', 'otlp-collector-host': '127.0.0.1', 'otlp-collector-port': String(collector.port) };
    await naru.given(
      configMapYaml({ ...to, 'add-headers': 'default/answers', ...data }) +
        configMapYaml({ 'X-Turn': String(turn) }, 'answers') +
        ingressYaml({ name: 'web', host: 'web.test', paths: ['Prefix / web'] }) +
        ingressYaml({ name: 'wide', host: '*.wide.test', paths: ['Prefix / web'] }) +
        ingressYaml({
          name: 'own',
          host: 'web.test',
          paths: ['Prefix /own web'],
          annotations: { 'opentelemetry-operation-name': 'checkout' },
        }) +
        ingressYaml({ name: 'odd', host: 'web.test', paths: ['Prefix /odd web'], annotations: { 'opentelemetry-operation-name': '%' } }) +
        Object.entries(asking)
          .map(([url, annotations], index) => {
            const [host = '', path] = url.split('/');
            return ingressYaml({ name: `asking-${index}`, host, paths: [`Prefix /${path} web`], annotations });
          })
          .join('') +
        echoService('web'),
    );
    await eventually('Envoy answers by these settings', async () => {
      const { headers } = await naru.get('http://web.test/', { fresh: true });
      return headers['x-turn'] === String(turn) ? true : undefined;
    });
  }

  const callersTrace = '0af7651916cd43dd8448eb211c80319c';
  const callersSpan = 'b7ad6b7169203331';
  const fromTraced = { traceparent: `00-${callersTrace}-${callersSpan}-01` };
  const fromUntraced = { traceparent: `00-${callersTrace}-${callersSpan}-00` };

  /** The `traceparent` that the backend gets. https://www.w3.org/TR/trace-context/#traceparent-header */
  async function told(headers: Readonly<Record<string, string>> = {}, url = 'http://web.test/'): Promise<string | undefined> {
    const { body } = await naru.get(url, { headers, fresh: true });
    return (JSON.parse(body) as { readonly headers: Readonly<Record<string, string>> }).headers['traceparent'];
  }

  /** Whether backends are told that the request is traced: of one without a caller, of one of a traced, of one of an untraced. */
  async function decisions(url = 'http://web.test/'): Promise<readonly boolean[]> {
    const all = [await told({}, url), await told(fromTraced, url), await told(fromUntraced, url)];
    return all.map((parent) => parent?.endsWith('-01') ?? false);
  }

  const never = [false, false, false];

  /** Of a request for this URL. */
  async function spanOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Span> {
    const path = new URL(url).pathname;
    const found = () => collector.spans.find((span) => new URL(span.url).pathname === path);
    await eventually(`a span of ${url}`, async () => {
      await told(headers, url);
      return found();
    });
    return found() ?? assert.fail();
  }

  test('requests are traced, and backends are told; hosts with a wildcard, too', async () => {
    await given({});
    for (const url of ['http://web.test/exact', 'http://a.wide.test/wildcard']) {
      const { trace, ...span } = await spanOf(url);
      assert.match(trace, /^[0-9a-f]{32}$/);
      assert.deepEqual(span, { parent: '', name: 'ingress', service: 'nginx', url });
    }
    assert.deepEqual(await decisions(), [true, true, false]);
    const { parent, trace } = await spanOf('http://web.test/called', fromTraced);
    assert.deepEqual({ parent, trace }, { parent: callersSpan, trace: callersTrace });
  });

  test('without the key nothing is traced, and what the caller says of its trace goes on as it is', async () => {
    await given({ 'enable-opentelemetry': 'false' });
    assert.deepEqual([await told(), await told(fromTraced)], [undefined, fromTraced.traceparent]);
  });

  test('spans are called what the ConfigMap says, or the annotation of their Ingress', async () => {
    await given({ 'otel-service-name': 'edge', 'opentelemetry-operation-name': 'HTTP $request_method $host 100%' });
    const { name, service } = await spanOf('http://web.test/named');
    assert.deepEqual({ name, service }, { name: 'HTTP GET web.test 100%', service: 'edge' });
    assert.equal((await spanOf('http://web.test/own')).name, 'checkout');
    assert.equal((await spanOf('http://web.test/odd')).name, 'HTTP GET web.test 100%');
  });

  test('callers that are not trusted have no say', async () => {
    await given({ 'opentelemetry-trust-incoming-span': 'false' });
    for (const parent of [await told(fromTraced), await told(fromUntraced)]) assert.match(parent ?? '', /^00-(?!0af765)\w{32}-\w{16}-01$/);
  });

  for (const [data, expected] of [
    [{ 'otel-sampler': 'AlwaysOff' }, [false, true, false]],
    [{ 'otel-sampler': 'AlwaysOff', 'otel-sampler-parent-based': 'false' }, [false, false, false]],
    [{ 'otel-sampler-parent-based': 'false' }, [true, true, true]],
    [{ 'otel-sampler': 'TraceIdRatioBased', 'otel-sampler-ratio': '0' }, [false, true, false]],
    [{ 'otel-sampler': 'TraceIdRatioBased', 'otel-sampler-ratio': '1' }, [true, true, false]],
    [{ 'otel-sampler': 'TraceIdRatioBased', 'otel-sampler-ratio': '1.0', 'otel-sampler-parent-based': 'false' }, [true, true, true]],
  ] as const)
    test(`with ${JSON.stringify(data)} requests without a caller, of a traced and of an untraced one: ${expected.join(', ')}`, async () => {
      await given(data);
      assert.deepEqual(await decisions(), expected);
    });

  const wide = 'http://a.wide.test/';
  const asked = 'http://web.test/asked';

  test('an Ingress that asks for it is not traced, and the others are', async () => {
    await given({}, { 'web.test/asked': { 'enable-opentelemetry': 'false' } });
    assert.deepEqual([await decisions(asked), await decisions(), await decisions(wide)], [never, [true, true, false], [true, true, false]]);
    await spanOf('http://web.test/behind');
    assert.deepEqual(
      collector.spans.filter(({ url }) => url === asked),
      [],
    );
  });

  test('an Ingress that asks for it is traced where the ConfigMap traces nothing, and no trace of a caller is cut elsewhere', async () => {
    const off = { 'enable-opentelemetry': 'false' };
    await given(off, { 'web.test/asked': { 'enable-opentelemetry': 'true' }, 'web.test/never': off });
    const expected = [[true, true, false], [false, true, false], [false, true, false], never];
    assert.deepEqual(
      [await decisions(asked), await decisions(), await decisions(wide), await decisions('http://web.test/never')],
      expected,
    );
    const { parent } = await spanOf('http://web.test/asked/span', fromTraced);
    assert.equal(parent, callersSpan);
    await given({ ...off, 'otel-sampler-parent-based': 'false' }, { 'web.test/asked': { 'enable-opentelemetry': 'true' } });
    assert.deepEqual(
      [await decisions(asked), await decisions()],
      [
        [true, true, true],
        [false, true, false],
      ],
    );
    await given({ ...off, 'otel-sampler': 'AlwaysOff' }, { 'web.test/asked': { 'enable-opentelemetry': 'true' } });
    assert.deepEqual(await decisions(asked), [false, true, false]);
  });

  test('for a host with a wildcard the ConfigMap says it', async () => {
    for (const [all, its, expected] of [
      ['true', 'false', [true, true, false]],
      ['false', 'true', [false, true, false]],
    ] as const) {
      await given(
        { 'enable-opentelemetry': all },
        { '*.wide.test/asked': { 'enable-opentelemetry': its }, 'web.test/asked': { 'enable-opentelemetry': its } },
      );
      assert.deepEqual(await decisions('http://a.wide.test/asked'), expected);
    }
  });

  test('an Ingress that does not trust callers decides by itself', async () => {
    const asking = {
      'web.test/asked': { 'opentelemetry-trust-incoming-span': 'false' },
      'web.test/trusting': { 'opentelemetry-trust-incoming-span': 'true' },
    };
    await given({}, asking);
    const trusting = [await decisions(), await decisions('http://web.test/trusting')];
    assert.deepEqual(
      [await decisions(asked), ...trusting],
      [
        [true, true, true],
        [true, true, false],
        [true, true, false],
      ],
    );
    assert.match((await told(fromUntraced, asked)) ?? '', new RegExp(`^00-${callersTrace}-`));
    await given({ 'otel-sampler': 'AlwaysOff' }, asking);
    assert.deepEqual([await decisions(asked), await decisions()], [never, [false, true, false]]);
  });

  for (const [ratio, expected] of [
    ['0', [false]],
    ['1', [true]],
    ['0.5', [false, true]],
  ] as const)
    test(`where an Ingress has a say, a share of ${ratio} of the others is traced`, async () => {
      await given(
        { 'otel-sampler': 'TraceIdRatioBased', 'otel-sampler-ratio': ratio },
        { 'web.test/asked': { 'enable-opentelemetry': 'false' } },
      );
      const seen = new Set<boolean>();
      for (let tries = 0; tries < 60 && (tries < 10 || seen.size < expected.length); tries += 1)
        seen.add((await told())?.endsWith('-01') ?? assert.fail());
      assert.deepEqual([seen, await decisions(asked)], [new Set(expected), never]);
    });

  test('identifiers of requests stay what clients have chosen, and no header makes Envoy trace', async () => {
    await given({ 'otel-sampler': 'AlwaysOff' });
    const headers = { 'x-request-id': '8d5b1b3a-9b5c-4f0e-9c57-3a1f0d2b4c6e', 'x-client-trace-id': 'me', 'x-envoy-force-trace': 'true' };
    const { body } = await naru.get('http://web.test/', { headers, fresh: true });
    const got = (JSON.parse(body) as { readonly headers: Readonly<Record<string, string>> }).headers;
    assert.deepEqual([got['x-request-id'], got['traceparent']?.slice(-3)], [headers['x-request-id'], '-00']);
  });

  test('what cannot be read is told, and without a collector nothing is traced', async () => {
    await given({
      'otlp-collector-host': 'http://collector',
      'otlp-collector-port': '0',
      'otel-sampler': 'Sometimes',
      'otel-sampler-ratio': '2',
      'opentelemetry-operation-name': '$nobody',
    });
    assert.equal(await told(), undefined);
    assert.deepEqual(naru.problems.flatMap(({ code, source }) => (source.kind === 'Ingress' ? [] : `${code} ${source.field}`)).sort(), [
      'NR802 data.opentelemetry-operation-name',
      'NR802 data.otel-sampler',
      'NR802 data.otel-sampler-ratio',
      'NR802 data.otlp-collector-host',
      'NR802 data.otlp-collector-port',
      'NR811 data.enable-opentelemetry',
    ]);
  });
});
