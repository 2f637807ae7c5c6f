// docs/differences.md: each row, under both settings.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { differences } from '../../src/ingress/differences.ts';
import { Naru } from '../support/naru.ts';
import { namedServer } from '../support/named-server.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

interface Case {
  readonly given: string;
  /** What each setting answers; `/status` follows a URL of a redirect. */
  readonly requests: Readonly<Record<string, { readonly kubernetes: string | number; readonly nginx: string | number }>>;
}

/** A protection that cannot be had: its paths answer 503. */
const closed = { 'auth-type': 'basic', 'auth-secret': 'missing' };

const cases: Readonly<Record<keyof typeof differences, Case>> = {
  equalAge: {
    given:
      ingressYaml({ name: 'a', host: 'age.test', paths: ['Prefix / a'], created: '2026-01-01T00:00:00Z' }) +
      ingressYaml({ name: 'b', host: 'age.test', paths: ['Prefix / b'], created: '2026-01-01T00:00:00Z' }) +
      ingressYaml({ name: 'c', host: 'age.test', paths: ['Prefix / c', 'Prefix /c c'], created: '2026-01-02T00:00:00Z' }) +
      echoService('a', 'b', 'c'),
    requests: { 'http://age.test/': { kubernetes: 'a', nginx: 'b' }, 'http://age.test/c': { kubernetes: 'c', nginx: 'c' } },
  },
  defaultBackend: {
    given:
      ingressYaml({ name: 'first', host: 'first.test', paths: ['Prefix /a a'], created: '2026-01-01T00:00:00Z' }) +
      ingressYaml({ name: 'later', host: 'first.test', paths: ['Prefix /b b'], defaultService: 'b', created: '2026-01-02T00:00:00Z' }) +
      ingressYaml({ name: 'own', host: 'own.test', paths: ['Prefix /a a'], defaultService: 'own', created: '2026-01-03T00:00:00Z' }) +
      ingressYaml({ name: 'plain', host: 'plain.test', paths: ['Prefix /a a'], created: '2026-01-03T00:00:00Z' }) +
      ingressYaml({ name: 'rest', defaultService: 'rest', created: '2026-01-04T00:00:00Z' }) +
      ingressYaml({ name: 'shut', host: 'shut.test', paths: ['Prefix /a a'], annotations: closed, created: '2026-01-03T00:00:00Z' }) +
      ingressYaml({ name: 'open', host: 'shut.test', paths: ['Prefix /b b'], created: '2026-01-04T00:00:00Z' }) +
      echoService('a', 'b', 'own', 'rest'),
    requests: {
      'http://first.test/x': { kubernetes: 'b', nginx: 404 },
      'http://own.test/x': { kubernetes: 'own', nginx: 'own' },
      'http://plain.test/x': { kubernetes: 'rest', nginx: 404 },
      'http://shut.test/b': { kubernetes: 'b', nginx: 'b' },
      'http://shut.test/x': { kubernetes: 'rest', nginx: 503 },
      'http://unknown.test/x': { kubernetes: 'rest', nginx: 'rest' },
    },
  },
  endingPods: {
    given:
      ingressYaml({ name: 'web', host: 'ending.test', paths: ['Prefix / web'] }) +
      echoService('web') +
      `---\n${JSON.stringify({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'IPv4',
        ports: [{ port: 1 }],
        endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: false, serving: true, terminating: true } }],
      })}\n`,
    requests: {},
  },
  canary: {
    given:
      ingressYaml({ name: 'web', host: 'canary.test', paths: ['Prefix / web', 'Prefix /else web'] }) +
      ingressYaml({ name: 'other', host: 'leak.test', paths: ['Prefix / web', 'Prefix /own b'] }) +
      ingressYaml({
        name: 'canary',
        host: 'canary.test',
        paths: ['Prefix / canary'],
        annotations: { canary: 'true', 'canary-weight': '100' },
      }) +
      echoService('web', 'b', 'canary'),
    requests: {
      'http://canary.test/': { kubernetes: 'canary', nginx: 'canary' },
      'http://canary.test/else': { kubernetes: 'web', nginx: 'canary' },
      'http://leak.test/': { kubernetes: 'web', nginx: 'canary' },
      'http://leak.test/own': { kubernetes: 'b', nginx: 'b' },
    },
  },
  trailingSlash: {
    given:
      ingressYaml({
        name: 'web',
        host: 'slash.test',
        paths: ['Prefix / root', 'Prefix /foo/ foo', 'Exact /bar/ bar', 'Prefix /both/ both'],
      }) +
      ingressYaml({ name: 'both', host: 'slash.test', paths: ['Exact /both exact'] }) +
      ingressYaml({ name: 'bar', host: 'bar.test', paths: ['Prefix /bar prefix', 'Exact /bar/ bar'] }) +
      echoService('root', 'foo', 'bar', 'both', 'exact', 'prefix'),
    requests: {
      'http://slash.test/foo': { kubernetes: 'foo', nginx: 301 },
      'http://slash.test/foo?x=1': { kubernetes: 'foo', nginx: 301 },
      'http://slash.test/foo/': { kubernetes: 'foo', nginx: 'foo' },
      'http://slash.test/foo/x': { kubernetes: 'foo', nginx: 'foo' },
      'http://slash.test/food': { kubernetes: 'root', nginx: 'root' },
      'http://slash.test/bar': { kubernetes: 'root', nginx: 301 },
      'http://slash.test/bar/': { kubernetes: 'bar', nginx: 'bar' },
      'http://slash.test/both': { kubernetes: 'exact', nginx: 'exact' },
      'http://slash.test/both/x': { kubernetes: 'both', nginx: 'both' },
      'http://bar.test/bar': { kubernetes: 'prefix', nginx: 'prefix' },
      'http://bar.test/bar/': { kubernetes: 'bar', nginx: 'bar' },
    },
  },
  targetPort: {
    given:
      ingressYaml({ name: 'web', host: 'ports.test', paths: ['Prefix / web'] }).replace('"number":80', '"number":8080') +
      `---\n${JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: {
          ports: [
            { name: 'front', port: 80, targetPort: 8080 },
            { name: 'back', port: 8080, targetPort: 9090 },
          ],
        },
      })}\n`,
    requests: { 'http://ports.test/': { kubernetes: 'web', nginx: 'web' } },
  },
  serverHeader: {
    given: ingressYaml({ name: 'web', host: 'server.test', paths: ['Prefix / web'] }) + echoService('web'),
    requests: { 'http://server.test/': { kubernetes: 'web', nginx: 'web' } },
  },
  serviceAffinity: {
    given:
      ingressYaml({ name: 'web', host: 'sticky.test', paths: ['Prefix / web'] }) +
      `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', annotations: { 'naru.io/echo-pods': '4' } }, spec: { ports: [{ port: 80 }], sessionAffinity: 'ClientIP' } })}\n`,
    requests: { 'http://sticky.test/': { kubernetes: 'web', nginx: 'web' } },
  },
};

const running: Naru[] = [];
describe('differences', () => {
  after(async () => {
    await Promise.all(running.map((naru) => naru.stop()));
  });

  for (const compatibility of ['kubernetes', 'nginx'] as const) {
    test(`as ${compatibility} has it`, async (t) => {
      const naru = await Naru.start({ compatibility });
      running.push(naru);
      for (const [name, { given, requests }] of Object.entries(cases)) {
        await t.test(name, async () => {
          await naru.given(given);
          for (const [url, expected] of Object.entries(requests)) assert.equal(await naru.served(url), expected[compatibility], url);
        });
      }
      await t.test('the address of a path with a slash', async () => {
        await naru.given(cases.trailingSlash.given);
        const { headers } = await naru.get('http://slash.test/foo?x=1');
        assert.equal(headers.location, compatibility === 'nginx' ? 'http://slash.test/foo/?x=1' : undefined);
      });
      await t.test('pods that end while none is ready', async (ending) => {
        const port = await namedServer(ending, 'web');
        await naru.given(cases.endingPods.given.replace('"port":1}', `"port":${port}}`));
        assert.equal(await naru.served('http://ending.test/'), compatibility === 'kubernetes' ? 'web' : 503);
      });
      await t.test('which port of the Service', async () => {
        await naru.given(cases.targetPort.given);
        const { port } = JSON.parse((await naru.get('http://ports.test/')).body) as { port: number };
        assert.equal(port, compatibility === 'kubernetes' ? 8080 : 80);
      });
      await t.test('what answers say of their server', async () => {
        await naru.given(cases.serverHeader.given);
        for (const url of ['http://server.test/', 'http://nobody.test/'])
          assert.equal((await naru.get(url)).headers['server'], compatibility === 'kubernetes' ? 'envoy' : undefined);
      });
      await t.test('pods of a Service with client affinity', async () => {
        await naru.given(cases.serviceAffinity.given);
        const pods = new Set<unknown>();
        for (let count = 0; count < 40; count++) {
          const { body } = await naru.get('http://sticky.test/');
          pods.add((JSON.parse(body) as { pod: unknown }).pod);
        }
        assert.equal(pods.size, compatibility === 'kubernetes' ? 1 : 4);
      });
    });
  }
});
