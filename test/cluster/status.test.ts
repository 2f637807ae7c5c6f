// What Naru writes into the cluster: when, how often, and what it leaves alone. It runs under its own ServiceAccount.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Pod } from '../support/pod.ts';
import { Served } from '../support/serve.ts';
import { WatchedIngresses } from '../support/watched-ingresses.ts';

interface RawIngress {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly managedFields: readonly { readonly manager: string; readonly operation: string; readonly subresource?: string }[];
  };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } };
}

function ingress(name: string, className = 'naru', annotations: Readonly<Record<string, string>> = {}): string {
  const backend = { service: { name: 'web', port: { name: 'http' } } };
  const rules = [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const metadata = { name, annotations };
  return JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { ingressClassName: className, rules } });
}

describe('status in a cluster', () => {
  let control: ControlPlane;
  let kubeconfig: string;
  let namespace: string;
  let pod: Pod;
  let watched: WatchedIngresses;
  let naru: Served;

  const apply = (...objects: readonly string[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: objects.join('\n---\n') });
  const annotate = (name: string, annotation: string): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'annotate', '--overwrite', 'ingress', name, annotation]);
  async function get(name: string): Promise<RawIngress> {
    const args = ['--namespace', namespace, 'get', 'ingress', name, '--output', 'json', '--show-managed-fields'];
    return JSON.parse(await control.kubectl(args)) as RawIngress;
  }
  const addresses = async (name: string) => (await get(name)).status.loadBalancer.ingress;

  async function restart(...flags: readonly string[]): Promise<void> {
    await naru.stop();
    naru = await Served.start(kubeconfig, flags);
    await naru.accepted(0);
  }

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('status');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    kubeconfig = await control.kubeconfigFor('naru-system', 'naru');
    pod = await Pod.start('web', control.address);
    await control.runPods(namespace, { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports } };
    await apply(JSON.stringify(service));
    await eventually('the pod is an endpoint', async () => {
      const slices = await control.kubectl(['--namespace', namespace, 'get', 'endpointslices', '--output', 'name']);
      return slices === '' ? undefined : true;
    });
    watched = await WatchedIngresses.start(control.kubeconfig, namespace);
    naru = await Served.start(kubeconfig, ['--publish-status-address', '192.0.2.1,lb.example.com']);
    await naru.accepted(0);
  });

  after(async () => {
    watched?.stop();
    await naru?.stop();
    await pod?.stop();
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  test('an Ingress is served at the moment at which its address appears', async () => {
    for (let index = 0; index < 20; index++) {
      const name = `web-${index}`;
      const appeared = watched.addressesOf(`${namespace}/${name}`).then(async (found) => {
        assert.deepEqual(found, [{ hostname: 'lb.example.com' }, { ip: '192.0.2.1' }]);
        return naru.get(`http://${name}.example.com/`);
      });
      await apply(ingress(name));
      assert.equal((await appeared).status, 200, name);
    }
  });

  test('many at once, too, and canaries', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    const answers = names.map((name) =>
      watched.addressesOf(`${namespace}/${name}`).then(async () => (await naru.get(`http://${name}.example.com/`)).status),
    );
    const canary = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '10' };
    await apply(...names.map((name) => ingress(name)), ingress('canary', 'naru', canary));
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([200]));
    await watched.addressesOf(`${namespace}/canary`);
  });

  test('is withheld as long as an Envoy has not answered', async () => {
    const earlier = (await naru.snapshots()).version;
    naru.signalEnvoy('SIGSTOP');
    try {
      await apply(ingress('held'));
      await eventually('a snapshot with it', async () => ((await naru.snapshots()).version > earlier ? true : undefined));
      // As many looks as take longer than a write does.
      for (let look = 0; look < 5; look++) assert.equal(await addresses('held'), undefined);
    } finally {
      naru.signalEnvoy('SIGCONT');
    }
    await watched.addressesOf(`${namespace}/held`);
    assert.equal((await naru.get('http://held.example.com/')).status, 200);
  });

  test('is applied by the manager naru, through the status alone', async () => {
    const { managedFields } = (await get('web-0')).metadata;
    const entries = managedFields.filter(({ manager }) => manager === 'naru');
    assert.deepEqual(
      entries.map(({ operation, subresource }) => ({ operation, subresource })),
      [{ operation: 'Apply', subresource: 'status' }],
    );
  });

  test('is not written again when nothing of it has changed', async () => {
    const versions = async () => Promise.all(['web-0', 'web-1'].map(async (name) => (await get(name)).metadata.resourceVersion));
    const first = await versions();
    for (const name of ['new-0', 'new-1', 'new-2']) {
      await apply(ingress(name));
      await watched.addressesOf(`${namespace}/${name}`);
    }
    assert.deepEqual(await versions(), first);
    await restart('--publish-status-address', 'lb.example.com,192.0.2.1');
    await apply(ingress('new-3'));
    await watched.addressesOf(`${namespace}/new-3`);
    assert.deepEqual(await versions(), first);
  });

  test('an Ingress of another class, and one that is not ours any more, are left alone', async () => {
    await apply(ingress('foreign', 'nginx'), ingress('leaving'));
    await watched.addressesOf(`${namespace}/leaving`);
    await apply(ingress('leaving', 'nginx'), ingress('last'));
    await watched.addressesOf(`${namespace}/last`);
    assert.equal(await addresses('foreign'), undefined);
    assert.equal((await addresses('leaving'))?.length, 2);
  });

  test('other addresses are written into all; no address takes nothing away', async () => {
    await restart();
    const earlier = (await naru.snapshots()).version;
    await apply(ingress('later'));
    await naru.accepted(earlier);
    assert.equal(await addresses('later'), undefined);
    assert.equal((await addresses('web-0'))?.length, 2);
    await restart('--publish-status-address', '192.0.2.7');
    for (const name of ['web-0', 'many-19', 'later'])
      await eventually(`${name} has the new address`, async () => ((await addresses(name))?.[0]?.ip === '192.0.2.7' ? true : undefined));
    assert.deepEqual(await addresses('leaving'), [{ hostname: 'lb.example.com' }, { ip: '192.0.2.1' }]);
  });

  test('follows the Service whose addresses are published', async () => {
    const spec = { type: 'NodePort', externalIPs: ['192.0.2.8'], ports: [{ port: 80 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'front' }, spec };
    await restart('--publish-service', `${namespace}/front`);
    await apply(JSON.stringify(service));
    await eventually('the address of the Service', async () => ((await addresses('web-0'))?.[0]?.ip === '192.0.2.8' ? true : undefined));
    await apply(JSON.stringify({ ...service, spec: { ...spec, externalIPs: ['192.0.2.9'] } }));
    await eventually('its new address', async () => ((await addresses('web-0'))?.[0]?.ip === '192.0.2.9' ? true : undefined));
    await control.kubectl(['--namespace', namespace, 'delete', 'service', 'front']);
    await annotate('web-0', 'note=changed');
    await apply(ingress('without'));
    await eventually('it is served', async () => ((await naru.get('http://without.example.com/')).status === 200 ? true : undefined));
    assert.deepEqual(await addresses('web-0'), [{ ip: '192.0.2.9' }]);
  });

  test('beside another controller: never, or only where nobody has written', async () => {
    await restart('--publish-status-address', '192.0.2.3', '--publish-status', 'never');
    await apply(ingress('beside'));
    await eventually('it is served', async () => ((await naru.get('http://beside.example.com/')).status === 200 ? true : undefined));
    assert.equal(await addresses('beside'), undefined);
    await restart('--publish-status-address', '192.0.2.3', '--publish-status', 'ifEmpty');
    assert.deepEqual(await watched.addressesOf(`${namespace}/beside`), [{ ip: '192.0.2.3' }]);
    assert.deepEqual(await addresses('web-0'), [{ ip: '192.0.2.9' }]);
  });
});
