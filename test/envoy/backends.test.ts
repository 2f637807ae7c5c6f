import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';
import { namedServer } from '../support/named-server.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const web = ingressYaml({ name: 'web', host: 'backend.test', paths: ['Prefix / web'] });

test('a Service without pods answers 503, and works when one comes', async (t) => {
  await naru.given(web + echoService('web') + sliceYaml('web', []));
  assert.equal(await naru.served('http://backend.test/'), 503);
  const port = await namedServer(t, 'first');
  await naru.given(web + echoService('web') + sliceYaml('web', ['127.0.0.1'], port));
  assert.equal(await naru.served('http://backend.test/'), 'first');
});

test('only ready endpoints take requests; unknown readiness counts as ready', async (t) => {
  const port = await namedServer(t, 'ready');
  const slice = (endpoints: unknown) =>
    `---\n${JSON.stringify({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } }, addressType: 'IPv4', endpoints, ports: [{ port }] })}\n`;
  await naru.given(web + echoService('web') + slice([{ addresses: ['127.0.0.1'], conditions: { ready: false } }]));
  assert.equal(await naru.served('http://backend.test/'), 503);
  await naru.given(web + echoService('web') + slice([{ addresses: ['127.0.0.1'], conditions: {} }]));
  assert.equal(await naru.served('http://backend.test/'), 'ready');
});

test('a port can be named by number, by name, and by target port', async () => {
  const service = `---\n${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: {
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'admin', port: 81 },
      ],
    },
  })}\n`;
  const by = (port: unknown) =>
    `---\n${JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec: { ingressClassName: 'naru', rules: [{ host: 'port.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port } } }] } }] } })}\n`;
  for (const [port, expected] of [
    [{ number: 80 }, 80],
    [{ name: 'http' }, 80],
    [{ name: 'admin' }, 81],
    [{ number: 8080 }, 80],
  ] as const) {
    await naru.given(by(port) + service);
    const { body } = await naru.get('http://port.test/');
    assert.equal(Number((JSON.parse(body) as { port: unknown }).port), expected, JSON.stringify(port));
  }
});

test('a missing Service or port answers 503 for its own path alone, and is named', async () => {
  const paths = ['Prefix / web', 'Prefix /missing nobody', 'Exact /api api'];
  await naru.given(
    ingressYaml({ name: 'web', host: 'missing.test', paths }) +
      echoService('web', 'api').replace('"name":"api"},"spec":{"ports":[{"port":80}]}', '"name":"api"},"spec":{"ports":[{"port":81}]}'),
  );
  assert.equal(await naru.served('http://missing.test/'), 'web');
  assert.equal(await naru.served('http://missing.test/missing/x'), 503);
  assert.equal(await naru.served('http://missing.test/api'), 503);
  assert.deepEqual(
    naru.problems.map(({ code, message, source }) => [code, message, source.field]),
    [
      ['NR501', 'There is no Service default/nobody.', 'spec.rules[0].http.paths[1]'],
      ['NR502', 'Service default/api has no port 80.', 'spec.rules[0].http.paths[2]'],
    ],
  );
});

test('requests are shared evenly between pods, and pods that come and go lose none', async (t) => {
  const ports = await Promise.all(['a', 'b', 'c'].map((name) => namedServer(t, name)));
  const slices = (...shown: readonly number[]) =>
    shown.map((port) => sliceYaml('web', ['127.0.0.1'], port).replace('"web-1"', `"web-${port}"`)).join('');
  await naru.given(web + echoService('web') + slices(...ports));
  const counts = new Map<string | number, number>();
  for (let index = 0; index < 300; index++) {
    const name = await naru.served('http://backend.test/');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].map(String).sort(), ['a', 'b', 'c']);
  for (const count of counts.values()) assert.ok(count > 70 && count < 130, `${count} of 300`);

  const answers: Promise<string | number>[] = [];
  const load = setInterval(() => answers.push(naru.served('http://backend.test/')), 5);
  for (let round = 0; round < 6; round++)
    await naru.given(web + echoService('web') + slices(...ports.filter((_, index) => index !== round % 3)));
  clearInterval(load);
  const failed = (await Promise.all(answers)).filter((answer) => typeof answer === 'number');
  assert.ok(answers.length > 0);
  assert.deepEqual(failed, []);
});
