import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';

interface EndpointSliceList {
  readonly items: readonly {
    readonly ports: readonly { readonly port: number }[] | null;
    readonly endpoints: readonly { readonly addresses: readonly string[]; readonly conditions: { ready: boolean } }[] | null;
  }[];
}

const service = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
});

describe('the test control plane', () => {
  let control: ControlPlane;

  before(async () => {
    control = await startControlPlane();
  });
  after(() => control?.stop());

  test('publishes the addresses of the Pods that a test says are ready', async () => {
    const namespace = await control.createNamespace('pods');
    await control.kubectl(['apply', '--namespace', namespace, '--filename', '-'], { input: service });
    const labels = { app: 'web' };
    const [pod] = await control.runPods(namespace, { name: 'web-a', labels, ports: { http: 8081 } });
    await control.runPods(namespace, { name: 'web-b', labels, ports: { http: 8082 } });
    assert.equal(pod, 'web-a-0');

    const ready = (port: number): string => `${control.address}:${port} ready`;
    await eventually([ready(8081), ready(8082)], () => endpoints(control, namespace));
    await control.setPodReady(namespace, pod, false);
    await eventually([`${control.address}:8081 unready`, ready(8082)], () => endpoints(control, namespace));
    await control.deletePod(namespace, pod);
    await eventually([ready(8082)], () => endpoints(control, namespace));
  });

  test('gives a ServiceAccount no more than its roles allow', async () => {
    const namespace = await control.createNamespace('rbac');
    await control.kubectl(['create', 'serviceaccount', 'reader', '--namespace', namespace]);
    const kubeconfig = await control.kubeconfigFor(namespace, 'reader');
    const list = (kind: string): Promise<string> => control.kubectl(['get', kind, '--output', 'name'], { kubeconfig });

    await assert.rejects(list('secrets'), /User "system:serviceaccount:rbac-\w+:reader" cannot list resource "secrets"/);
    const subject = `--serviceaccount=${namespace}:reader`;
    await control.kubectl(['create', 'rolebinding', 'view', '--clusterrole=view', subject, '--namespace', namespace]);
    await eventually('configmap/kube-root-ca.crt\n', () => list('configmaps').catch(String));
    await assert.rejects(list('secrets'), /cannot list resource "secrets"/);
  });
});

async function endpoints(control: ControlPlane, namespace: string): Promise<string[]> {
  const selector = 'kubernetes.io/service-name=web';
  const args = ['get', 'endpointslices', '--namespace', namespace, '--selector', selector, '--output', 'json'];
  const slices = JSON.parse(await control.kubectl(args)) as EndpointSliceList;
  const found = slices.items.flatMap((slice) =>
    (slice.endpoints ?? []).map(
      ({ addresses, conditions }) => `${addresses[0]}:${slice.ports?.[0]?.port} ${conditions.ready ? 'ready' : 'unready'}`,
    ),
  );
  return found.sort();
}

async function eventually<T>(expected: T, observe: () => Promise<T>): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const observed = await observe();
    try {
      assert.deepEqual(observed, expected);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}
