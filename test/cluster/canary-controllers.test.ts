// What Argo Rollouts and Flagger write for nginx, as they write it, against a real API server; requests through a real Envoy.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, test, type TestContext } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Pod } from '../support/pod.ts';
import type { RequestDetails } from '../support/request.ts';
import { Served } from '../support/serve.ts';

type Annotations = Readonly<Record<string, string>>;

interface Ingress {
  readonly metadata: { readonly name: string; readonly annotations?: Annotations };
}

const prefix = 'nginx.ingress.kubernetes.io';
const uid = '6f1d3d9c-6a3c-4a39-8f4e-0d1d0c2f6a11';

function path(pathText: string, name: string) {
  return { path: pathText, pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } };
}

describe('controllers of canaries', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  const pods: Pod[] = [];

  const ingresses = () => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  const create = (ingress: object) =>
    control.call('POST', ingresses(), { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...ingress });
  const services = () => `/api/v1/namespaces/${namespace}/services`;
  const service = (name: string, app: string) =>
    control.call('POST', services(), { metadata: { name }, spec: { selector: { app }, ports: [{ port: 80, targetPort: 'http' }] } });
  const runPod = async (app: string): Promise<void> => {
    const pod = await Pod.start(app, control.address);
    pods.push(pod);
    await control.runPods(namespace, { name: app, labels: { app }, ports: { http: pod.port } });
  };

  async function served(url: string, details: RequestDetails = {}): Promise<string> {
    const { status, body } = await naru.get(url, details);
    return status === 200 ? (JSON.parse(body) as { service: string }).service : String(status);
  }

  async function isServed(url: string, by: string): Promise<void> {
    await eventually(`${by} serves ${url}`, async () => ((await served(url)) === by ? true : undefined), { deadlineMs: 60_000 });
  }

  /** How many of a thousand requests it gets, within five standard deviations. */
  async function assertShare(url: string, app: string, percent: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => served(url, { agent })));
    agent.destroy();
    const got = answers.filter((one) => one === app).length;
    const spread = 5 * Math.sqrt((1000 * percent * (100 - percent)) / 10_000);
    assert.ok(Math.abs(got - percent * 10) <= spread, `${app} got ${got} of 1000 requests, which is not ${percent} %`);
  }

  /** Makes a change, and resolves when it is in effect; it must be within a second, and fail no request. */
  async function step(t: TestContext, what: string, change: () => Promise<unknown>): Promise<void> {
    const earlier = await naru.accepted(0);
    await change();
    const begun = performance.now();
    await naru.accepted(earlier);
    t.diagnostic(`${what}: in effect ${Math.round(performance.now() - begun)} ms after the API server had it`);
  }

  /** Nothing was told of these objects that would worry anybody. */
  async function assertNoWarnings(...names: readonly string[]): Promise<void> {
    const { items } = (await control.call('GET', `/api/v1/namespaces/${namespace}/events`)) as {
      readonly items: readonly {
        readonly type: string;
        readonly message: string;
        readonly involvedObject: { readonly kind: string; readonly name: string };
      }[];
    };
    // A Service of the same name has Events of Kubernetes' own.
    const isOurs = ({ kind, name }: { readonly kind: string; readonly name: string }): boolean =>
      kind === 'Ingress' && names.includes(name);
    const warnings = items.filter(({ type, involvedObject }) => type === 'Warning' && isOurs(involvedObject));
    assert.deepEqual(
      warnings.map(({ message }) => message),
      [],
    );
  }

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('canary');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'));
    for (const app of ['one', 'two', 'other']) await runPod(app);
    await service('other', 'other');
  });
  after(async () => {
    await naru?.stop();
    await Promise.all(pods.map((pod) => pod.stop()));
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  test('Argo Rollouts: an Ingress that is always there, its weight changed by merge patches, and Services that change sides', async (t) => {
    const url = 'http://rollout.test/';
    await service('stable', 'one');
    await service('canary', 'two');
    const spec = {
      ingressClassName: 'naru',
      rules: [{ host: 'rollout.test', http: { paths: [path('/', 'stable'), path('/other', 'other')] } }],
    };
    await create({ metadata: { name: 'stable', annotations: { [`${prefix}/proxy-read-timeout`]: '30' } }, spec });
    await isServed(url, 'one');
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'rollout', uid, controller: true, blockOwnerDeletion: true };
    // Paths of other Services come along as they are.
    const paths = [path('/', 'canary'), path('/other', 'other')];
    await step(t, 'a canary of weight 0', () =>
      create({
        metadata: {
          name: 'rollout-stable-canary',
          annotations: { [`${prefix}/canary`]: 'true', [`${prefix}/canary-weight`]: '0' },
          ownerReferences: [owner],
        },
        spec: { ...spec, rules: [{ host: 'rollout.test', http: { paths } }] },
      }),
    );
    await assertShare(url, 'two', 0);
    const patch = (annotations: Annotations) =>
      control.kubectl([
        ...['patch', 'ingress', 'rollout-stable-canary', '--namespace', namespace, '--type', 'merge'],
        ...['--patch', JSON.stringify({ metadata: { annotations } })],
      ]);
    const load = new Load(t, 100, async () => {
      const by = await served(url);
      return by === 'one' || by === 'two' ? undefined : by;
    });
    for (const weight of [20, 50, 100]) {
      await step(t, `weight ${weight}`, () => patch({ [`${prefix}/canary-weight`]: String(weight) }));
      await assertShare(url, 'two', weight);
    }
    assert.match(naru.log, /rollout-stable-canary changed by [\w-]+","changes":"~host rollout\.test"/);
    // The new version has become the stable one.
    await step(t, 'the stable Service', () =>
      control.call('PATCH', `${services()}/stable`, { spec: { selector: { app: 'two' } } }).then(() => isServed(url, 'two')),
    );
    await step(t, 'weight 0', () => patch({ [`${prefix}/canary-weight`]: '0' }));
    await assertShare(url, 'two', 100);
    await step(t, 'a total of 1000', () => patch({ [`${prefix}/canary-weight`]: '300', [`${prefix}/canary-weight-total`]: '1000' }));
    assert.equal(await served('http://rollout.test/other'), 'other');
    const { sent, failures } = await load.stop();
    assert.ok(sent > 0);
    assert.deepEqual(failures, []);
    await assertNoWarnings('stable', 'rollout-stable-canary');
  });

  test('Flagger: a copy of the whole Ingress, updated as a whole by weight and for tests of two versions, its pods there only meanwhile', async (t) => {
    const url = 'http://podinfo.test/';
    await service('podinfo', 'one');
    await service('podinfo-primary', 'one');
    await service('podinfo-canary', 'three');
    const labels = { app: 'podinfo' };
    const annotations = {
      'cert-manager.io/cluster-issuer': 'letsencrypt',
      [`${prefix}/proxy-connect-timeout`]: '3',
      [`${prefix}/proxy-buffer-size`]: '16k',
      'kubernetes.io/tls-acme': 'true',
    };
    const spec = {
      ingressClassName: 'naru',
      rules: [{ host: 'podinfo.test', http: { paths: [path('/', 'podinfo'), path('/other', 'other')] } }],
    };
    await create({ metadata: { name: 'podinfo', labels, annotations }, spec });
    await isServed(url, 'one');
    const none = { [`${prefix}/canary`]: 'true', [`${prefix}/canary-weight`]: '0' };
    const kept = {
      ...annotations,
      'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
      'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
    };
    const owner = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo', uid, controller: true, blockOwnerDeletion: true };
    const paths = [path('/', 'podinfo-canary'), path('/other', 'other')];
    await step(t, 'a canary of weight 0', () =>
      create({
        metadata: { name: 'podinfo-canary', labels, annotations: { ...kept, ...none }, ownerReferences: [owner] },
        spec: { ...spec, rules: [{ host: 'podinfo.test', http: { paths } }] },
      }),
    );
    const update = async (own: Annotations): Promise<void> => {
      const now = (await control.call('GET', `${ingresses()}/podinfo-canary`)) as Ingress;
      const metadata = { ...now.metadata, annotations: { ...kept, ...own } };
      await control.call('PUT', `${ingresses()}/podinfo-canary`, { ...now, metadata });
    };
    // Without pods it takes nothing, not even what a header asks for.
    await update({ ...none, [`${prefix}/canary-by-header`]: 'x-canary' });
    assert.equal(await served(url, { headers: { 'x-canary': 'always' } }), 'one');
    await step(t, 'its pods', () => runPod('three'));
    await eventually('the header leads to the canary', async () =>
      (await served(url, { headers: { 'x-canary': 'always' } })) === 'three' ? true : undefined,
    );
    for (const weight of [10, 50]) {
      await step(t, `weight ${weight}`, () => update({ ...none, [`${prefix}/canary-weight`]: String(weight) }));
      await assertShare(url, 'three', weight);
    }
    await step(t, 'weight 0', () => update(none));
    await assertShare(url, 'three', 0);
    const versions = {
      [`${prefix}/canary-by-header`]: 'x-user',
      [`${prefix}/canary-by-header-value`]: 'test',
      [`${prefix}/canary-by-cookie`]: 'canary',
    };
    await step(t, 'two versions', () => update({ ...none, ...versions, [`${prefix}/canary-by-header-pattern`]: '.*' }));
    assert.equal(await served(url), 'one');
    assert.equal(await served(url, { headers: { 'x-user': 'test' } }), 'three');
    assert.equal(await served(url, { headers: { 'x-user': 'else' } }), 'one');
    assert.equal(await served(url, { headers: { cookie: 'canary=always' } }), 'three');
    assert.equal(await served('http://podinfo.test/other', { headers: { cookie: 'canary=always' } }), 'other');
    await step(t, 'no test', () => update(none));
    assert.equal(await served(url, { headers: { cookie: 'canary=always' } }), 'one');
    await assertNoWarnings('podinfo-canary');
  });
});
