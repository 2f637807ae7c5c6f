// Where Ingresses say that they are reached: by each type of Service, and by the nodes on which Envoys are ready.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ClusterApp, clusterIngress } from '../support/cluster-app.ts';
import { eventually } from '../support/eventually.ts';
import { Served } from '../support/serve.ts';

describe('published addresses in a cluster', () => {
  let app: ClusterApp;
  let naru: Served | undefined;
  const made: string[][] = [];

  before(async () => {
    app = await ClusterApp.open('addresses');
    await app.apply(clusterIngress('web'));
  });

  after(async () => {
    await naru?.stop();
    for (const args of made) await app.control.kubectl(['delete', '--grace-period=0', '--force', ...args]);
    await app?.close();
  });

  async function serve(...flags: readonly string[]): Promise<Served> {
    await naru?.stop();
    naru = await Served.start(app.kubeconfig, flags);
    await naru.accepted(0);
    return naru;
  }

  const untilAddresses = (expected: readonly object[]): Promise<true> =>
    eventually(
      `the addresses are ${JSON.stringify(expected)}`,
      async () => (JSON.stringify(await app.addresses('web')) === JSON.stringify(expected) ? true : undefined),
      { deadlineMs: 20_000 },
    );

  test('each type of Service gives its own', async () => {
    const service = (spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'front' }, spec });
    const ports = [{ port: 80 }];
    await app.apply(service({ type: 'ClusterIP', ports }));
    await serve('--publish-service', `${app.namespace}/front`);
    const clusterIP = await app.kubectl('get', 'service', 'front', '--output', 'jsonpath={.spec.clusterIP}');
    await untilAddresses([{ ip: clusterIP }]);
    await app.apply(service({ type: 'NodePort', ports, externalIPs: ['192.0.2.30'] }));
    await untilAddresses([{ ip: '192.0.2.30' }]);
    await app.apply(service({ type: 'LoadBalancer', ports, externalIPs: ['192.0.2.40'] }));
    const ingress = [{ ip: '192.0.2.41' }, { hostname: 'lb.example.com' }];
    const status = JSON.stringify({ status: { loadBalancer: { ingress } } });
    await app.kubectl('patch', 'service', 'front', '--subresource=status', '--type=merge', '--patch', status);
    await untilAddresses([{ hostname: 'lb.example.com' }, { ip: '192.0.2.40' }, { ip: '192.0.2.41' }]);
    await app.kubectl('delete', 'service', 'front');
    await app.apply(service({ type: 'ExternalName', externalName: 'front.example.net' }));
    await untilAddresses([{ hostname: 'front.example.net' }]);
  });

  test('nodes with a ready Envoy, external addresses before internal ones; a roll-out takes none away', async () => {
    const { control, namespace } = app;
    const [one, two] = [`one-${namespace}`, `two-${namespace}`];
    await control.makeNode(one, ['Hostname one', 'InternalIP 10.9.0.1', 'ExternalIP 192.0.2.51']);
    await control.makeNode(two, ['InternalIP 10.9.0.2']);
    made.push(['node', one], ['node', two]);
    const labels = { envoys: namespace };
    const run = async (name: string, node: string): Promise<void> => {
      await control.runPods('naru-system', { name: `${name}-${namespace}`, labels, node });
      made.push(['pod', '--namespace', 'naru-system', `${name}-${namespace}-0`]);
    };
    await run('a', one);
    await serve('--envoy-pods', `envoys=${namespace}`, '--node-grace', '2');
    await untilAddresses([{ ip: '192.0.2.51' }]);
    await run('b', two);
    await untilAddresses([{ ip: '10.9.0.2' }, { ip: '192.0.2.51' }]);
    await control.setPodReady('naru-system', `a-${namespace}-0`, false);
    await untilAddresses([{ ip: '10.9.0.2' }]);
    await control.setPodReady('naru-system', `b-${namespace}-0`, false);
    await control.setPodReady('naru-system', `a-${namespace}-0`, true);
    await untilAddresses([{ ip: '192.0.2.51' }]);
    await control.setPodReady('naru-system', `a-${namespace}-0`, false);
    await serve('--envoy-pods', `envoys=${namespace}`);
    await eventually('it says that there is none', () => (/Ingresses get none in their status/.test(naru?.log ?? '') ? true : undefined));
    assert.deepEqual(await app.addresses('web'), [{ ip: '192.0.2.51' }]);
    await control.setPodReady('naru-system', `a-${namespace}-0`, true);
    await serve('--envoy-pods', `envoys=${namespace}`, '--report-node-internal-ip-address');
    await untilAddresses([{ ip: '10.9.0.1' }]);
    assert.doesNotMatch(naru?.log ?? '', /forbidden/);
  });
});
