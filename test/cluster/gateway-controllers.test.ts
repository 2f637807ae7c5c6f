// What programs that work with HTTPRoutes write and read, as they do it, against a real API server; requests through a real Envoy.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { installGatewayApi } from '../support/gateway-definitions.ts';
import { Pod } from '../support/pod.ts';
import { request } from '../support/request.ts';
import { Served } from '../support/serve.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration: number;
}

interface Parent {
  readonly parentRef: object;
  readonly conditions: readonly Condition[];
}

interface Backend {
  readonly name: string;
  readonly port: number;
  readonly weight?: number;
}

interface Route {
  readonly metadata: { readonly name: string; readonly generation: number; readonly resourceVersion: string };
  readonly spec: { readonly parentRefs: readonly object[]; readonly rules: readonly { readonly backendRefs: readonly Backend[] }[] };
  readonly status?: { readonly parents?: readonly Parent[] };
}

interface Gateway {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { readonly value: string }[];
    readonly listeners?: readonly { readonly name: string; readonly conditions: readonly Condition[] }[];
  };
}

const group = 'gateway.networking.k8s.io';
const kind = 'HTTPRoute';
const apiVersion = `${group}/v1`;

describe('programs that work with HTTPRoutes', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  let address: string;
  const pods: Pod[] = [];

  const path = (resource: string, name = '') => `/apis/${group}/v1/namespaces/${namespace}/${resource}${name === '' ? '' : `/${name}`}`;
  const create = (route: object) => control.call('POST', path('httproutes'), { apiVersion, kind, ...route });
  const read = async (name: string) => (await control.call('GET', path('httproutes', name))) as Route;
  /** As clients of Go do it: the whole object that was read, with what is changed in it. */
  const update = async (name: string, change: (route: Route) => object) =>
    control.call('PUT', path('httproutes', name), { ...(await read(name)), ...change(await read(name)) });

  async function runService(app: string, port = 80): Promise<void> {
    const pod = await Pod.start(app, control.address);
    pods.push(pod);
    await control.runPods(namespace, { name: app, labels: { app }, ports: { http: pod.port } });
    const spec = { selector: { app }, ports: [{ port, targetPort: 'http' }] };
    await control.call('POST', `/api/v1/namespaces/${namespace}/services`, { metadata: { name: app }, spec });
  }

  async function served(hostname: string, at = '/', headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await request(`http://${hostname}:8080${at}`, { http: 8080, https: 0 }, { address, headers });
    return answer.status === 200 ? (JSON.parse(answer.body) as { service: string }).service : String(answer.status);
  }
  const isServed = (by: string, hostname: string, at = '/', headers = {}) =>
    eventually(`${by} serves ${hostname}${at}`, async () => ((await served(hostname, at, headers)) === by ? true : undefined), {
      deadlineMs: 60_000,
    });

  /** As Flagger asks before each of its steps, and Argo CD for its health. */
  const settled = (name: string) =>
    eventually(`${name} is accepted as it is`, async () => {
      const { metadata, spec, status } = await read(name);
      const parents = status?.parents ?? [];
      const current = parents.every(({ conditions }) =>
        conditions.every((one) => one.status === 'True' && one.observedGeneration === metadata.generation),
      );
      if (parents.length === 0 || !current) return undefined;
      assert.deepEqual(
        parents.map(({ parentRef }) => parentRef),
        spec.parentRefs,
      );
      return true;
    });

  before(async () => {
    control = await startControlPlane();
    namespace = await control.createNamespace('programs');
    await installGatewayApi(control, 'standard');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    for (const app of ['web-primary', 'web-canary']) await runService(app);
    await runService('cm-acme-http-solver-x7k2p', 8089);
    naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), ['--gateway-address-pool', '127.78.0.0/24']);
    const spec = { controllerName: 'naru.io/gateway-controller' };
    await control.call('POST', `/apis/${group}/v1/gatewayclasses`, { apiVersion, kind: 'GatewayClass', metadata: { name: 'naru' }, spec });
    const listeners = [{ name: 'http', port: 8080, protocol: 'HTTP' }];
    const gateway = { apiVersion, kind: 'Gateway', metadata: { name: 'web' }, spec: { gatewayClassName: 'naru', listeners } };
    await control.call('POST', path('gateways'), gateway);
    // External-dns takes the addresses of the Gateway for those of its routes, and Argo CD waits until all of this holds.
    address = await eventually('the Gateway is there', async () => {
      const { metadata, status } = (await control.call('GET', path('gateways', 'web'))) as Gateway;
      const all = [...(status?.conditions ?? []), ...(status?.listeners ?? []).flatMap(({ conditions }) => conditions)];
      const wrong = all.filter(
        (one) => (one.status === 'True') === (one.type === 'Conflicted') || one.observedGeneration !== metadata.generation,
      );
      return all.length > 0 && wrong.length === 0 ? status?.addresses?.[0]?.value : undefined;
    });
  });

  after(async () => {
    await naru?.stop();
    for (const pod of pods) await pod.stop();
    await control?.stop();
  });

  test("Argo Rollouts' plugin sets weights, and appends named rules for headers", async () => {
    const backends = (canary: number) => [
      { name: 'web-primary', port: 80, weight: 100 - canary },
      { name: 'web-canary', port: 80, weight: canary },
    ];
    const matches = [{ path: { type: 'PathPrefix', value: '/' } }];
    await create({
      metadata: { name: 'rollout' },
      spec: { parentRefs: [{ name: 'web' }], hostnames: ['rollout.test'], rules: [{ matches, backendRefs: backends(0) }] },
    });
    await settled('rollout');
    await isServed('web-primary', 'rollout.test');

    const byHeader = {
      name: 'argo-rollouts-header',
      matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ name: 'X-Canary', type: 'RegularExpression', value: 'yes.*' }] }],
      backendRefs: [{ name: 'web-canary', port: 80 }],
    };
    await update('rollout', ({ metadata, spec }) => ({
      metadata: { ...metadata, labels: { 'rollouts.argoproj.io/gatewayapi-canary': 'in-progress' } },
      spec: { ...spec, rules: [{ matches, backendRefs: backends(0) }, byHeader] },
    }));
    await settled('rollout');
    await isServed('web-canary', 'rollout.test', '/', { 'x-canary': 'yes-please' });
    assert.equal(await served('rollout.test'), 'web-primary');

    await update('rollout', ({ spec }) => ({ spec: { ...spec, rules: [{ matches, backendRefs: backends(100) }] } }));
    await settled('rollout');
    await isServed('web-canary', 'rollout.test');
  });

  test("Flagger's steps find the route accepted each time; its cookie comes from one backend alone", async () => {
    const cookie = {
      type: 'ResponseHeaderModifier',
      responseHeaderModifier: { add: [{ name: 'Set-Cookie', value: 'flagger=abc; Max-Age=60' }] },
    };
    const backend = (name: string, weight: number, filters?: readonly object[]) => ({
      group: '',
      kind: 'Service',
      name,
      port: 80,
      weight,
      filters,
    });
    const rules = (canary: number) => [
      {
        matches: [
          { path: { type: 'PathPrefix', value: '/' }, headers: [{ name: 'Cookie', type: 'RegularExpression', value: '.*flagger.*abc.*' }] },
        ],
        backendRefs: [backend('web-primary', 0), backend('web-canary', 100)],
      },
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [backend('web-primary', 100 - canary), backend('web-canary', canary, [cookie])],
      },
    ];
    const parentRefs = [{ group, kind: 'Gateway', namespace, name: 'web' }];
    await create({ metadata: { name: 'flagger' }, spec: { parentRefs, hostnames: ['flagger.test'], rules: rules(0) } });
    for (const weight of [0, 50, 100]) {
      await update('flagger', ({ spec }) => ({ spec: { ...spec, rules: rules(weight) } }));
      await settled('flagger');
    }
    await isServed('web-canary', 'flagger.test');
    const { headers } = await request('http://flagger.test:8080/', { http: 8080, https: 0 }, { address });
    assert.deepEqual(headers['set-cookie'], ['flagger=abc; Max-Age=60']);
    await update('flagger', ({ spec }) => ({ spec: { ...spec, rules: rules(0) } }));
    await isServed('web-primary', 'flagger.test');
    assert.equal(await served('flagger.test', '/', { cookie: 'a=b; flagger=abc' }), 'web-canary');
  });

  test("cert-manager's solver gets its challenge before a redirect of all paths, and finds its route as it was written", async () => {
    const toHttps = { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } };
    await create({
      metadata: { name: 'to-https' },
      spec: { parentRefs: [{ name: 'web' }], hostnames: ['acme.test'], rules: [{ filters: [toHttps] }] },
    });
    await isServed('301', 'acme.test');
    const challenge = '/.well-known/acme-challenge/token';
    await create({
      metadata: { name: 'cm-acme-http-solver-m9v4d', labels: { 'acme.cert-manager.io/http01-solver': 'true' } },
      spec: {
        parentRefs: [{ group, kind: 'Gateway', name: 'web', namespace }],
        hostnames: ['acme.test'],
        rules: [
          {
            matches: [{ path: { type: 'Exact', value: challenge } }],
            backendRefs: [{ group: '', kind: 'Service', namespace, name: 'cm-acme-http-solver-x7k2p', port: 8089, weight: 1 }],
          },
        ],
      },
    });
    const written = await read('cm-acme-http-solver-m9v4d');
    await isServed('cm-acme-http-solver-x7k2p', 'acme.test', challenge);
    assert.equal(await served('acme.test'), '301');
    const { spec, metadata } = await read('cm-acme-http-solver-m9v4d');
    assert.deepEqual([spec, metadata.generation], [written.spec, written.metadata.generation]);
  });
});
