// Every scenario of https://github.com/kubernetes-sigs/ingress-controller-conformance, and, as there, the first request goes out when the
// status shows an address, and counts. `test/conformance/run.ts` runs the suite itself.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { ClusterApp } from '../support/cluster-app.ts';
import { eventually } from '../support/eventually.ts';
import { Pod, type PodAnswer } from '../support/pod.ts';
import { Served } from '../support/serve.ts';
import { WatchedIngresses } from '../support/watched-ingresses.ts';

type Rule = readonly [host: string, ...paths: readonly string[]];

/** Each path as `TYPE PATH SERVICE`, or `TYPE PATH SERVICE/PORT`. */
function rules(...given: readonly Rule[]): object[] {
  return given.map(([host, ...paths]) => ({
    host,
    http: {
      paths: paths.map((one) => {
        const [pathType, path, service = ''] = one.split(' ');
        return { path, pathType, backend: backend(service) };
      }),
    },
  }));
}

function backend(service: string): object {
  const [name, port] = service.split('/');
  return { service: { name, port: port === undefined ? { number: 8080 } : { name: port } } };
}

function ingress(name: string, spec: object): object {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec: { ingressClassName: 'naru', ...spec } };
}

describe('the public conformance suite', () => {
  let app: ClusterApp;
  let naru: Served;
  let watched: WatchedIngresses;
  const pods: Pod[] = [];

  /** A Service of the suite, and a pod. */
  async function run(...services: readonly string[]): Promise<void> {
    for (const name of services) {
      const ports = [{ name: 'http', port: 8080, targetPort: 'http' }];
      await app.apply({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: { type: 'NodePort', selector: { app: name }, ports },
      });
      await addPod(name, name);
    }
    for (const name of services) await untilReady(name, 1);
  }

  async function addPod(service: string, name: string): Promise<void> {
    const pod = await Pod.start(service, app.control.address);
    pods.push(pod);
    await app.control.runPods(app.namespace, { name, labels: { app: service }, ports: { http: pod.port } });
  }

  const untilReady = (service: string, count: number): Promise<true> =>
    eventually(`${service} has ${count} endpoints`, async () => {
      const selector = `kubernetes.io/service-name=${service}`;
      const ready = '{range .items[*].endpoints[?(@.conditions.ready==true)]}{.addresses[0]} {end}';
      const found = await app.kubectl('get', 'endpointslices', '--selector', selector, '--output', `jsonpath=${ready}`);
      return found.trim().split(/\s+/).length === count && found !== '' ? true : undefined;
    });

  /** Goes on at the very moment at which the address appears. */
  async function exposed(object: object & { metadata?: { name: string } }): Promise<void> {
    const appeared = watched.addressesOf(`${app.namespace}/${object.metadata?.name ?? ''}`);
    await app.apply(object);
    assert.deepEqual(await appeared, [{ ip: '192.0.2.1' }]);
  }

  /** Goes where redirects lead, as the suite does. */
  async function ask(url: string): Promise<Partial<PodAnswer> & { readonly status: number }> {
    const { status, headers, body } = await naru.get(url);
    if (headers.location !== undefined) return ask(headers.location);
    return { status, ...(status === 200 ? (JSON.parse(body) as PodAnswer) : {}) };
  }

  async function expectAnswers(answers: Readonly<Record<string, string | number>>): Promise<void> {
    for (const [url, expected] of Object.entries(answers)) {
      const { status, service } = await ask(url);
      assert.equal(status === 200 ? service : status, expected, url);
    }
  }

  before(async () => {
    app = await ClusterApp.open('conformance');
    await run('echo-service', 'wildcard-foo-com', 'foo-bar-com', 'foo-exact', 'foo-prefix');
    await run('aaa-slash-bbb-prefix', 'aaa-prefix', 'aaa-slash-bbb-slash-prefix', 'foo-slash-exact');
    watched = await WatchedIngresses.start(app.control.kubeconfig, app.namespace);
    naru = await Served.start(app.kubeconfig, ['--publish-status-address', '192.0.2.1', '--watch-namespace', app.namespace]);
    await naru.accepted(0);
  });

  after(async () => {
    watched?.stop();
    await naru?.stop();
    await app?.close();
    await Promise.all(pods.map((pod) => pod.stop()));
  });

  test('ingress class: one that does not exist is served by nobody', async () => {
    const foreign = rules(['ingress-class', 'Prefix / echo-service']);
    await app.apply(ingress('test-ingress-class', { ingressClassName: 'some-invalid-class-name', rules: foreign }));
    await exposed(ingress('later', { rules: rules(['later', 'Prefix / echo-service']) }));
    await expectAnswers({ 'http://later': 'echo-service', 'http://ingress-class': 404 });
    assert.equal(await app.addresses('test-ingress-class'), undefined);
  });

  test('path rules: exact, prefix, mixed, trailing slashes', async () => {
    await exposed(
      ingress('path-rules', {
        rules: rules(
          ['exact-path-rules', 'Exact /foo foo-exact'],
          ['prefix-path-rules', 'Prefix /foo foo-prefix', 'Prefix /aaa/bbb aaa-slash-bbb-prefix', 'Prefix /aaa aaa-prefix'],
          ['mixed-path-rules', 'Prefix /foo foo-prefix', 'Exact /foo foo-exact'],
          ['trailing-slash-path-rules', 'Prefix /aaa/bbb/ aaa-slash-bbb-slash-prefix', 'Exact /foo/ foo-slash-exact'],
        ),
      }),
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

  test('host rules: exact, wildcard of one label, TLS', async () => {
    const { chain, privateKey } = await certificateFor(['foo.bar.com']);
    const data = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
    await app.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'conformance-tls' }, type: 'kubernetes.io/tls', data });
    await exposed(
      ingress('host-rules', {
        tls: [{ hosts: ['foo.bar.com'], secretName: 'conformance-tls' }],
        rules: rules(['*.foo.com', 'Prefix / wildcard-foo-com'], ['foo.bar.com', 'Prefix / foo-bar-com/http']),
      }),
    );
    const { certificate } = await naru.get('https://foo.bar.com');
    assert.equal(certificate, new X509Certificate(chain).fingerprint256);
    await expectAnswers({
      'https://foo.bar.com': 'foo-bar-com',
      'http://foo.bar.com': 'foo-bar-com',
      'http://subdomain.bar.com': 404,
      'http://bar.foo.com': 'wildcard-foo-com',
      'http://baz.bar.foo.com': 404,
      'http://foo.com': 404,
    });
    assert.equal((await ask('https://foo.bar.com')).host, 'foo.bar.com');
    assert.equal((await ask('http://bar.foo.com')).host, 'bar.foo.com');
  });

  test('default backend: all requests, as they were sent', async () => {
    await exposed(ingress('default-backend', { defaultBackend: backend('echo-service') }));
    const requests = [
      ['GET', 'my-host', '/'],
      ['GET', 'my-host', '/sub-path'],
      ['POST', 'some-host', '/'],
      ['PUT', '', '/resource'],
      ['DELETE', 'some-host', '/resource'],
      ['PATCH', 'my-host', '/resource'],
    ] as const;
    for (const [method, host, path] of requests) {
      const details = { method, headers: { 'User-Agent': 'Go-http-client/1.1' } };
      const { status, headers, body } = await naru.get(`http://${host}${path}`, details);
      assert.equal(status, 200, `${method} ${host}${path}`);
      for (const name of ['content-length', 'content-type', 'date', 'server']) assert.ok(headers[name], name);
      const { service, userAgent, ...seen } = JSON.parse(body) as PodAnswer;
      assert.deepEqual([service, seen.method, seen.path, userAgent], ['echo-service', method, path, 'Go-http-client/1.1']);
    }
  });

  test('load balancing: a hundred requests reach ten pods, evenly', async () => {
    await Promise.all(Array.from({ length: 9 }, (_, index) => addPod('echo-service', `more-${index}`)));
    await untilReady('echo-service', 10);
    await eventually('Envoy has the ten', async () => {
      const { version } = await naru.snapshots();
      const found = await naru.debug(`/debug/xds/endpoints/${encodeURIComponent(`${app.namespace}/echo-service/8080`)}`);
      const [proxy] = await naru.proxies();
      return JSON.stringify(found).split('port_value').length > 10 && proxy?.acceptedVersion === version ? true : undefined;
    });
    const counts = new Map<number, number>();
    for (let index = 0; index < 100; index++) {
      const { status, port = 0 } = await ask('http://load-balancing');
      assert.equal(status, 200);
      counts.set(port, (counts.get(port) ?? 0) + 1);
    }
    // Each of Envoy's threads goes round by itself, and threads take connections as they come.
    assert.equal(counts.size, 10);
    for (const count of counts.values()) assert.ok(count >= 6 && count <= 14, `a pod got ${count} of 100`);
  });
});
