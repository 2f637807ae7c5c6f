// The scenarios of https://github.com/kubernetes-sigs/ingress-controller-conformance, and more of the same kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

interface Echo {
  readonly service: string;
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly pod: string;
}

async function expectAnswers(answers: Readonly<Record<string, string | number>>): Promise<void> {
  for (const [url, expected] of Object.entries(answers)) assert.equal(await naru.served(url), expected, url);
}

test('an Ingress with no rules sends all requests to its default backend', async () => {
  await naru.given(ingressYaml({ name: 'default-backend', defaultService: 'echo-service' }) + echoService('echo-service'));
  const requests = [
    ['GET', 'my-host', '/'],
    ['GET', 'my-host', '/sub-path'],
    ['POST', 'some-host', '/'],
    ['PUT', '', '/resource'],
    ['DELETE', 'some-host', '/resource'],
    ['PATCH', 'my-host', '/resource'],
  ] as const;
  for (const [method, host, path] of requests) {
    const { status, body } = await naru.get(`http://${host}${path}`, { method });
    assert.equal(status, 200, `${method} ${host}${path}`);
    const seen = JSON.parse(body) as Echo;
    assert.deepEqual([seen.service, seen.method, seen.path], ['echo-service', method, path]);
  }
});

test('hosts: exact, wildcard of one label, TLS by host', async () => {
  await naru.given(
    ingressYaml({ name: 'wild', host: '*.foo.com', paths: ['Prefix / wildcard-foo-com'] }) +
      ingressYaml({
        name: 'exact',
        host: 'foo.bar.com',
        paths: ['Prefix / foo-bar-com'],
        tls: ['conformance-tls foo.bar.com'],
        annotations: { 'ssl-redirect': 'false' },
      }) +
      tlsSecretYaml('conformance-tls', 'foo.bar.com') +
      echoService('wildcard-foo-com', 'foo-bar-com'),
  );
  await expectAnswers({
    'https://foo.bar.com': 'foo-bar-com',
    'http://foo.bar.com': 'foo-bar-com',
    'http://subdomain.bar.com': 404,
    'http://bar.foo.com': 'wildcard-foo-com',
    'http://baz.bar.foo.com': 404,
    'http://foo.com': 404,
    'http://.foo.com': 404,
    'http://FOO.BAR.COM:8080': 'foo-bar-com',
    'http://foo.bar.com.': 'foo-bar-com',
  });
  const { host } = JSON.parse((await naru.get('http://bar.foo.com/')).body) as Echo;
  assert.equal(host, 'bar.foo.com');
});

test('paths: exact, prefix, mixed, trailing slashes', async () => {
  await naru.given(
    ingressYaml({ name: 'exact', host: 'exact-path-rules', paths: ['Exact /foo foo-exact'] }) +
      ingressYaml({
        name: 'prefix',
        host: 'prefix-path-rules',
        paths: ['Prefix /foo foo-prefix', 'Prefix /aaa/bbb aaa-slash-bbb-prefix', 'Prefix /aaa aaa-prefix'],
      }) +
      ingressYaml({ name: 'mixed', host: 'mixed-path-rules', paths: ['Prefix /foo foo-prefix', 'Exact /foo foo-exact'] }) +
      ingressYaml({
        name: 'slash',
        host: 'trailing-slash-path-rules',
        paths: ['Prefix /aaa/bbb/ aaa-slash-bbb-slash-prefix', 'Exact /foo/ foo-slash-exact'],
      }) +
      echoService('foo-exact', 'foo-prefix', 'aaa-slash-bbb-prefix', 'aaa-prefix', 'aaa-slash-bbb-slash-prefix', 'foo-slash-exact'),
  );
  await expectAnswers({
    'http://exact-path-rules/foo': 'foo-exact',
    'http://exact-path-rules/foo/': 404,
    'http://exact-path-rules/FOO': 404,
    'http://exact-path-rules/bar': 404,
    'http://prefix-path-rules/foo': 'foo-prefix',
    'http://prefix-path-rules/foo/': 'foo-prefix',
    'http://prefix-path-rules/FOO': 404,
    'http://prefix-path-rules/aaa/bbb': 'aaa-slash-bbb-prefix',
    'http://prefix-path-rules/aaa/bbb/ccc': 'aaa-slash-bbb-prefix',
    'http://prefix-path-rules/aaa/ccc': 'aaa-prefix',
    'http://prefix-path-rules/aaaccc': 404,
    'http://mixed-path-rules/foo': 'foo-exact',
    'http://mixed-path-rules/foo/x': 'foo-prefix',
    'http://trailing-slash-path-rules/aaa/bbb': 'aaa-slash-bbb-slash-prefix',
    'http://trailing-slash-path-rules/aaa/bbb/': 'aaa-slash-bbb-slash-prefix',
    'http://trailing-slash-path-rules/foo': 404,
    'http://trailing-slash-path-rules/foo/': 'foo-slash-exact',
  });
});

test('a class that does not exist is served by nobody', async () => {
  const foreign = ingressYaml({ name: 'foreign', host: 'ingress-class', paths: ['Prefix / web'] }).replace(
    '"naru"',
    '"some-invalid-class-name"',
  );
  await naru.given(foreign + echoService('web'));
  assert.equal(await naru.served('http://ingress-class/'), 404);
});

test('a hundred requests reach ten pods, evenly', async () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'echo-service', annotations: { 'naru.io/echo-pods': '10' } },
    spec: { ports: [{ port: 80 }] },
  };
  await naru.given(ingressYaml({ name: 'load-balancing', defaultService: 'echo-service' }) + `---\n${JSON.stringify(service)}\n`);
  const counts = new Map<string, number>();
  for (let index = 0; index < 100; index++) {
    const { status, body } = await naru.get('http://load-balancing');
    assert.equal(status, 200);
    const { pod } = JSON.parse(body) as Echo;
    counts.set(pod, (counts.get(pod) ?? 0) + 1);
  }
  // Each of Envoy's threads goes round by itself, and threads take connections as they come.
  assert.equal(counts.size, 10);
  for (const [pod, count] of counts) assert.ok(count >= 6 && count <= 14, `${pod} got ${count} of 100`);
});
