// Which Ingresses are whose, with two controllers side by side in a real cluster, each with an Envoy of its own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Pod } from '../support/pod.ts';
import { Served } from '../support/serve.ts';

const host = 'classes.example.com';

function ingress(classed: { readonly field?: string; readonly annotation?: string }): string {
  const annotations = classed.annotation === undefined ? {} : { 'kubernetes.io/ingress.class': classed.annotation };
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const spec = { ...(classed.field === undefined ? {} : { ingressClassName: classed.field }), rules };
  return JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations }, spec });
}

function ingressClass(name: string, controller: string, isDefault = false): string {
  const annotations = isDefault ? { 'ingressclass.kubernetes.io/is-default-class': 'true' } : {};
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, annotations },
    spec: { controller },
  });
}

describe('controllers side by side', () => {
  let control: ControlPlane;
  let namespace: string;
  let pod: Pod;
  let naru: Served;
  let takingOver: Served;
  const cleanUp: (() => Promise<unknown>)[] = [];

  const kubectl = (...args: readonly string[]): Promise<string> => control.kubectl(['--namespace', namespace, ...args]);
  const apply = (object: string): Promise<string> => control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: object });

  /** Which of the two serve the host. */
  async function servedBy(): Promise<string> {
    const answers = await Promise.all([naru, takingOver].map(async (one) => (await one.get(`http://${host}/`)).status));
    return ['naru', 'nginx'].filter((_, index) => answers[index] === 200).join(' and ') || 'nobody';
  }
  const untilServedBy = (expected: string): Promise<true> =>
    eventually(`served by ${expected}`, async () => ((await servedBy()) === expected ? true : undefined));
  async function setClass(name: string, controller: string): Promise<void> {
    // The controller of a class cannot be changed in place.
    await control.kubectl(['delete', 'ingressclass', name, '--ignore-not-found']);
    await apply(ingressClass(name, controller));
  }

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('classes');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    await apply(ingressClass('nginx', 'k8s.io/ingress-nginx'));
    cleanUp.push(() => control.kubectl(['delete', 'ingressclass', 'nginx', 'late', 'default', '--ignore-not-found']));
    pod = await Pod.start('web', control.address);
    await control.runPods(namespace, { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    const spec = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] };
    await apply(JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec }));
    const kubeconfig = await control.kubeconfigFor('naru-system', 'naru');
    naru = await Served.start(kubeconfig, ['--publish-status=never', '--events=false']);
    await naru.accepted(0);
    const nginx = ['--controller-class', 'k8s.io/ingress-nginx', '--ingress-class', 'nginx'];
    takingOver = await Served.start(kubeconfig, ['--publish-status=never', '--events=false', ...nginx]);
    await takingOver.accepted(0);
  });

  after(async () => {
    await naru?.stop();
    await takingOver?.stop();
    await pod?.stop();
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
    for (const step of cleanUp) await step();
  });

  test('an Ingress is served by the controller of its class, and by nobody else', async () => {
    await apply(ingress({ field: 'naru' }));
    await untilServedBy('naru');
    await apply(ingress({ field: 'nginx' }));
    await untilServedBy('nginx');
  });

  test('a class may appear, change its controller, and go', async () => {
    await apply(ingress({ field: 'late' }));
    await untilServedBy('nobody');
    await setClass('late', 'naru.io/ingress-controller');
    await untilServedBy('naru');
    await setClass('late', 'k8s.io/ingress-nginx');
    await untilServedBy('nginx');
    await control.kubectl(['delete', 'ingressclass', 'late']);
    await untilServedBy('nobody');
    await apply(ingressClass('late', 'naru.io/ingress-controller'));
    await untilServedBy('naru');
  });

  test('without the field the annotation decides', async () => {
    await kubectl('delete', 'ingress', 'web');
    await apply(ingress({ annotation: 'nginx' }));
    await untilServedBy('nginx');
    await kubectl('annotate', '--overwrite', 'ingress', 'web', 'kubernetes.io/ingress.class=naru');
    await untilServedBy('naru');
    await kubectl('annotate', '--overwrite', 'ingress', 'web', 'kubernetes.io/ingress.class=somebody');
    await untilServedBy('nobody');
  });

  test('with neither it gets the default class when it is created, or is served by nobody', async () => {
    await kubectl('delete', 'ingress', 'web');
    const earlier = (await naru.snapshots()).version;
    await apply(ingress({}));
    await apply(ingressClass('default', 'naru.io/ingress-controller', true));
    assert.equal((await naru.snapshots()).version, earlier);
    await untilServedBy('nobody');
    await kubectl('delete', 'ingress', 'web');
    await apply(ingress({}));
    await untilServedBy('naru');
    assert.equal(await kubectl('get', 'ingress', 'web', '--output', 'jsonpath={.spec.ingressClassName}'), 'default');
  });
});
