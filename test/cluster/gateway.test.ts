// The Gateway API in a real cluster: kinds that come, addresses, statuses that say what the Envoy has accepted, and requests.
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
  readonly reason: string;
  readonly observedGeneration: number;
}

interface Status {
  readonly conditions?: readonly Condition[];
  readonly addresses?: readonly { readonly type: string; readonly value: string }[];
  readonly listeners?: readonly { readonly name: string; readonly attachedRoutes: number; readonly conditions: readonly Condition[] }[];
  readonly parents?: readonly { readonly parentRef: object; readonly controllerName: string; readonly conditions: readonly Condition[] }[];
  readonly supportedFeatures?: readonly { readonly name: string }[];
}

interface Seen {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly parentRefs: readonly object[] };
  readonly status: Status;
}

const group = 'gateway.networking.k8s.io';

describe('the Gateway API in a cluster', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  let pod: Pod;

  const apply = (...objects: readonly object[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], {
      input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    });
  const see = async (kind: string, name: string): Promise<Seen> =>
    JSON.parse(await control.kubectl(['--namespace', namespace, 'get', `${kind}.${group}`, name, '--output', 'json'])) as Seen;
  const gateway = (name: string) => ({
    apiVersion: `${group}/v1`,
    kind: 'Gateway',
    metadata: { name },
    spec: { gatewayClassName: 'naru', listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }] },
  });
  const route = (name: string, hostname: string, parents: readonly string[], path = '/') => ({
    apiVersion: `${group}/v1`,
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: parents.map((parent) => ({ name: parent })),
      hostnames: [hostname],
      rules: [{ matches: [{ path: { value: path } }], backendRefs: [{ name: 'web', port: 80 }] }],
    },
  });
  async function programmed(name: string): Promise<string> {
    return eventually(`Gateway ${name} is programmed\n${naru.log}`, async () => {
      const { metadata, status } = await see('gateways', name);
      const holds = status.conditions?.every((one) => one.status === 'True' && one.observedGeneration === metadata.generation);
      return holds === true ? status.addresses?.[0]?.value : undefined;
    });
  }
  const get = (address: string, hostname: string, path = '/') =>
    request(`http://${hostname}:8080${path}`, { http: 8080, https: 0 }, { address });

  before(async () => {
    control = await startControlPlane();
    namespace = await control.createNamespace('gateway');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    const kubeconfig = await control.kubeconfigFor('naru-system', 'naru');
    pod = await Pod.start('web', control.address);
    await control.runPods(namespace, { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
    await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports } });
    naru = await Served.start(kubeconfig, ['--gateway-address-pool', '127.77.0.0/24']);
    await naru.accepted(0);
    // The kinds come while Naru runs.
    await installGatewayApi(control, 'standard');
    await apply({
      apiVersion: `${group}/v1`,
      kind: 'GatewayClass',
      metadata: { name: 'naru' },
      spec: { controllerName: 'naru.io/gateway-controller' },
    });
  });

  after(async () => {
    await naru?.stop();
    await pod?.stop();
    await control?.stop();
  });

  test('its class is accepted, and says what can be counted on', async () => {
    const status = await eventually(
      'the class is accepted',
      async () => {
        const found = (await see('gatewayclasses', 'naru')).status;
        return found.conditions?.find(({ type, status: holds }) => type === 'Accepted' && holds === 'True') === undefined
          ? undefined
          : found;
      },
      { deadlineMs: 40_000 },
    );
    assert.ok(status.supportedFeatures?.some(({ name }) => name === 'HTTPRoute'));
  });

  test('Gateways have addresses of their own; one that says that it is programmed answers', async () => {
    await apply(
      gateway('one'),
      gateway('two'),
      route('one', 'shop.example.com', ['one']),
      route('two', 'shop.example.com', ['two'], '/two'),
    );
    const [one, two] = [await programmed('one'), await programmed('two')];
    assert.notEqual(one, two);
    await eventually('the route is attached', async () =>
      (await see('gateways', 'one')).status.listeners?.[0]?.attachedRoutes === 1 ? true : undefined,
    );
    await eventually('the route answers', async () => ((await get(one, 'shop.example.com')).status === 200 ? true : undefined));
    assert.equal((await get(one, 'other.example.com')).status, 404);
    await eventually('the other route answers', async () =>
      (await get(two, 'shop.example.com', '/two/a')).status === 200 ? true : undefined,
    );
    assert.equal((await get(two, 'shop.example.com', '/')).status, 404);
  });

  test('a route repeats its parents as they are written, for each generation, and leaves entries of others alone', async () => {
    await apply(route('many', 'many.example.com', ['one', 'two', 'missing']));
    const settled = () =>
      eventually('the route has a status', async () => {
        const seen = await see('httproutes', 'many');
        const ours = seen.status.parents?.filter(({ controllerName }) => controllerName === 'naru.io/gateway-controller') ?? [];
        const current =
          ours.length > 0 && ours.every(({ conditions }) => conditions.every((one) => one.observedGeneration === seen.metadata.generation));
        return current ? { seen, ours } : undefined;
      });
    const first = await settled();
    assert.deepEqual(
      first.ours.map(({ parentRef }) => parentRef),
      first.seen.spec.parentRefs.slice(0, 2),
    );
    const condition = { type: 'Accepted', status: 'True', reason: 'Theirs', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const foreign = { parentRef: { name: 'missing' }, controllerName: 'someone.else/controller', conditions: [condition] };

    const path = `/apis/${group}/v1/namespaces/${namespace}/httproutes/many/status`;
    await control.call('PATCH', path, { status: { parents: [...first.ours, foreign] } });
    await apply(route('many', 'many.example.com', ['two', 'missing']));
    const second = await settled();
    assert.deepEqual(
      second.seen.status.parents?.map(({ controllerName }) => controllerName),
      ['someone.else/controller', 'naru.io/gateway-controller'],
    );

    await apply(route('many', 'many.example.com', ['missing']));
    await eventually('the route has nothing of ours any more', async () => {
      const { status } = await see('httproutes', 'many');
      return status.parents?.every(({ controllerName }) => controllerName === 'someone.else/controller') === true ? true : undefined;
    });
  });
});
