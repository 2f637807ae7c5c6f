// What a user sees: kubectl on one side, requests through Envoy on the other. Naru runs under its own ServiceAccount.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { certificateFor } from '../support/certificates.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Pod } from '../support/pod.ts';
import { Served } from '../support/serve.ts';

const host = 'shop.example.com';
const url = `https://${host}/`;

function ingress(name: string, serviceName: string, annotations: Readonly<Record<string, string>> = {}): string {
  const backend = { service: { name: serviceName, port: { name: 'http' } } };
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: {
      ingressClassName: 'naru',
      tls: [{ hosts: [host], secretName: 'shop-tls' }],
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  });
}

function service(name: string): string {
  const spec = { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
}

describe('a cluster with Naru', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  const pods: Pod[] = [];

  const kubectl = (...args: readonly string[]): Promise<string> => control.kubectl(['--namespace', namespace, ...args]);
  const apply = (...objects: readonly string[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: objects.join('\n---\n') });

  /** A pod of an application: the server, and its Pod object with a kubelet's word that it is ready. */
  async function runPod(app: string, name: string): Promise<Pod> {
    const pod = await Pod.start(app, control.address);
    pods.push(pod);
    await control.runPods(namespace, { name, labels: { app }, ports: { http: pod.port } });
    return pod;
  }

  /** How many of a thousand requests each application got. */
  async function count(): Promise<ReadonlyMap<string, number>> {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const counts = new Map<string, number>();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => naru.get(url, { agent })));
    agent.destroy();
    for (const { status, body } of answers) {
      const app = status === 200 ? (JSON.parse(body) as { service: string }).service : String(status);
      counts.set(app, (counts.get(app) ?? 0) + 1);
    }
    return counts;
  }

  /** Five standard deviations of a thousand draws. */
  function assertShare(counts: ReadonlyMap<string, number>, app: string, percent: number): void {
    const spread = 5 * Math.sqrt((1000 * percent * (100 - percent)) / 10_000);
    const got = counts.get(app) ?? 0;
    assert.ok(Math.abs(got - percent * 10) <= spread, `${app} got ${got} of 1000 requests, which is not ${percent} %`);
  }

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('shop');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'));
  });

  after(async () => {
    await naru?.stop();
    await Promise.all(pods.map((pod) => pod.stop()));
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  test('an Ingress with TLS and a canary, applied by kubectl, is served', async () => {
    for (const [app, name] of [
      ['web', 'web-a'],
      ['web', 'web-b'],
      ['web-v2', 'web-v2-a'],
      ['web-v2', 'web-v2-b'],
    ] as const)
      await runPod(app, name);
    const folder = mkdtempSync(join(tmpdir(), 'naru-tls-'));
    const { chain, privateKey } = await certificateFor([host]);
    writeFileSync(join(folder, 'tls.crt'), chain);
    writeFileSync(join(folder, 'tls.key'), privateKey);
    await kubectl('create', 'secret', 'tls', 'shop-tls', '--cert', join(folder, 'tls.crt'), '--key', join(folder, 'tls.key'));
    rmSync(folder, { recursive: true });
    const canary = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '10' };
    await apply(service('web'), service('web-v2'), ingress('web', 'web'), ingress('web-canary', 'web-v2', canary));
    const fingerprint = new X509Certificate(chain).fingerprint256;
    await eventually('the host is served with its certificate', async () => {
      const answer = await naru.get(url);
      return answer.status === 200 && answer.certificate === fingerprint ? true : undefined;
    });
    const counts = await count();
    assertShare(counts, 'web', 90);
    assertShare(counts, 'web-v2', 10);
  });

  test('a changed weight is live at once, is a new snapshot that Envoy acknowledges, and fails no request', async (t) => {
    const load = new Load(t, 200, async () => {
      const { status } = await naru.get(url);
      return status === 200 ? undefined : `status ${status}`;
    });
    const earlier = await naru.accepted(0);
    await kubectl('annotate', '--overwrite', 'ingress', 'web-canary', 'nginx.ingress.kubernetes.io/canary-weight=50');
    const version = await naru.accepted(earlier);
    const { sent, failures } = await load.stop();
    assert.ok(sent > 0);
    assert.deepEqual(failures, []);
    const counts = await count();
    assertShare(counts, 'web', 50);
    assertShare(counts, 'web-v2', 50);
    const { cause } = await naru.snapshots();
    assert.match(cause, /^Ingress shop-\S+\/web-canary changed by kubectl-annotate$/);
    const [proxy] = await naru.proxies();
    assert.equal(proxy?.id, 'node-1');
    assert.deepEqual(proxy?.types['scopes'], { ...proxy?.types['scopes'], acknowledged: version, refused: null });
  });

  test('pods that come and go are followed, and lose no request', async (t) => {
    await kubectl('delete', 'ingress', 'web-canary');
    await eventually('the canary takes nothing', async () => ((await count()).has('web-v2') ? undefined : true));
    const load = new Load(t, 200, async () => {
      const { status } = await naru.get(url);
      return status === 200 ? undefined : `status ${status}`;
    });
    for (const name of ['web-c', 'web-d']) {
      const earlier = (await naru.snapshots()).version;
      await runPod('web', name);
      await naru.accepted(earlier);
    }
    for (const [index, name] of ['web-a-0', 'web-b-0'].entries()) {
      const earlier = (await naru.snapshots()).version;
      await control.setPodReady(namespace, name, false);
      await naru.accepted(earlier);
      await pods[index]?.stop();
      await control.deletePod(namespace, name);
    }
    const { sent, failures } = await load.stop();
    assert.ok(sent > 0);
    assert.deepEqual(failures, []);
  });

  test('an Ingress that goes is gone, and one of another class is left alone', async () => {
    await kubectl('delete', 'ingress', 'web');
    await eventually('the host answers 404', async () => ((await naru.get(`https://${host}/`)).status === 404 ? true : undefined));
    const other = JSON.parse(ingress('other', 'web')) as { spec: { ingressClassName: string } };
    const earlier = (await naru.snapshots()).version;
    await apply(JSON.stringify({ ...other, spec: { ...other.spec, ingressClassName: 'nginx' } }), ingress('web', 'web'));
    await naru.accepted(earlier);
    assert.equal((await naru.get(`https://${host}/`)).status, 200);
    await kubectl('delete', 'ingress', 'web');
    await eventually('the host answers 404', async () => ((await naru.get(`https://${host}/`)).status === 404 ? true : undefined));
  });
});
