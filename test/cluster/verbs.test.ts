// The verbs that find Naru and its Envoys by way of a real API server, which reaches pods for them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { NaruProcess } from '../cli/naru-process.ts';
import { ClusterApp, clusterIngress } from '../support/cluster-app.ts';
import { controlPlaneBinary } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/listen.ts';
import { Served } from '../support/serve.ts';

const envoyLabels = { 'app.kubernetes.io/name': 'naru-envoy' };
const ofCanary = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '25' };

describe('the verbs in a cluster', () => {
  let app: ClusterApp;
  let naru: Served;
  let envoyMetrics: Server;
  let folder: string;

  before(async () => {
    app = await ClusterApp.open('verbs');
    folder = mkdtempSync(join(tmpdir(), 'naru-verbs-'));
    const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
    const canary = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'next' }, spec: { selector: { app: 'web' }, ports } };
    const host = clusterIngress('shop') as { spec: object };
    const split = { ...host, metadata: { name: 'shop-next', annotations: ofCanary } };
    const next = JSON.parse(JSON.stringify(split).replace('"name":"web"', '"name":"next"')) as object;
    await app.apply(canary, host, next);
    naru = await Served.start(app.kubeconfig, ['--watch-namespace', app.namespace, '--publish-status-address', '192.0.2.1'], {
      debugHost: '0.0.0.0',
    });
    // What the Envoys of the manifests show on their metrics port.
    envoyMetrics = createServer((request, response) => {
      const url = request.url ?? '';
      if (!url.startsWith('/stats/prometheus')) return void response.writeHead(404).end();
      void naru.envoy.adminRequest(url).then(({ body }) => response.end(body));
      return undefined;
    });
    const metrics = await listen(envoyMetrics, app.control.address);
    await app.control.runPods(app.namespace, { name: 'envoy', labels: envoyLabels, ports: { metrics } });
    await naru.accepted(0);
    await eventually('the shop is served', async () => ((await naru.get('http://shop.example.com/')).status === 200 ? true : undefined));
  });

  after(async () => {
    envoyMetrics?.close();
    envoyMetrics?.closeAllConnections();
    await naru?.stop();
    await app?.close();
    rmSync(folder, { recursive: true });
  });

  async function ended(naruProcess: NaruProcess) {
    const code = await naruProcess.ended();
    return { code, output: naruProcess.output, errors: naruProcess.errors };
  }

  /** There is no kubelet to forward a port: that much of kubectl is played. */
  async function kubectlWithPlugin(): Promise<(t: TestContext, ...args: readonly string[]) => ReturnType<typeof ended>> {
    const plugin = join(folder, 'kubectl-naru.ts');
    symlinkSync(resolve('src/main.ts'), plugin);
    const forward = `echo "$*" >> '${join(folder, 'forwards')}'; echo "Forwarding from 127.0.0.1:${naru.ports.debug} -> 9902"; exec sleep 100`;
    const kubectl = `case " $* " in *" port-forward "*) ${forward} ;; esac\nexec '${await controlPlaneBinary()}' kubectl "$@"`;
    writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${kubectl}\n`, { mode: 0o700 });
    writeFileSync(join(folder, 'kubectl-naru'), `#!/bin/sh\nexec '${process.execPath}' '${plugin}' "$@"\n`, { mode: 0o700 });
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}`, KUBECONFIG: app.control.kubeconfig, HOME: folder };
    return (t, ...args) => ended(NaruProcess.start(t, ['naru', ...args], { program: join(folder, 'kubectl'), env }));
  }

  test('kubectl naru finds the pods of Naru, and says so where there are none', async (t) => {
    const kubectlNaru = await kubectlWithPlugin();
    const nobody = await kubectlNaru(t, 'proxies');
    assert.equal(nobody.code, 3, nobody.output);
    assert.match(nobody.errors, /^naru: No pod with the label \S+ runs in the namespace naru-system\. Is Naru installed\?\n/);

    const template = '--output=jsonpath={.spec.template.metadata.labels}';
    const labels = await app.control.kubectl(['--namespace=naru-system', 'get', 'deployment', 'naru', template]);
    const [pod = ''] = await app.control.runPods('naru-system', {
      name: app.namespace,
      labels: JSON.parse(labels) as Record<string, string>,
    });
    t.after(() => app.control.deletePod('naru-system', pod));

    const proxies = await kubectlNaru(t, 'proxies', '-o', 'name');
    assert.deepEqual(proxies, { code: 0, output: 'proxy/node-1\n', errors: '' });
    const status = await kubectlNaru(t, 'status', 'ingress/shop', '-n', app.namespace);
    assert.deepEqual([status.code, status.errors], [0, '']);
    assert.match(status.output, /^Ingress \S+\/shop is accepted by the one Envoy \(v\d+\)\.\n/);
    const report = await kubectlNaru(t, 'bug-report', '--list');
    assert.equal(report.code, 0, report.errors);
    for (const name of ['proxies.json', 'xds/scopes.json', 'metrics.txt'])
      assert.match(report.output, new RegExp(`^  ${name}  \\d{3,} bytes$`, 'm'));
  });

  test('naru canary counts at the pods of the Envoys, with no more rights than the documentation names', async (t) => {
    await app.kubectl('create', 'serviceaccount', 'releases');
    await app.kubectl('create', 'role', 'releases', '--verb=get,list', '--resource=pods,pods/proxy');
    const flags = ['--server', `http://127.0.0.1:${naru.ports.debug}`, '--envoy-namespace', app.namespace, '--for', '1500ms', '-o', 'json'];
    const canary = async () => {
      const kubeconfig = await app.control.kubeconfigFor(app.namespace, 'releases');
      const counting = ended(NaruProcess.start(t, ['canary', '-n', app.namespace, '--kubeconfig', kubeconfig, ...flags]));
      const over = new AbortController();
      const done = counting.finally(() => over.abort());
      while (!over.signal.aborted) await Promise.all(Array.from({ length: 5 }, () => naru.get('http://shop.example.com/')));
      const { code, output, errors } = await done;
      const items = JSON.parse(output) as readonly { wanted: number; observed: { requests: number } | null }[];
      return { code, errors, items };
    };
    const without = await canary();
    assert.match(without.errors, /^The pods of the Envoys are not known: .*cannot list resource "pods"/);
    assert.deepEqual([without.code, without.items.map(({ wanted, observed }) => [wanted, observed])], [0, [[0.25, null]]]);

    await app.kubectl('create', 'rolebinding', 'releases', '--role=releases', `--serviceaccount=${app.namespace}:releases`);
    const { code, errors, items } = await canary();
    assert.deepEqual([code, errors, items.length], [0, '', 1]);
    assert.ok((items[0]?.observed?.requests ?? 0) > 0, JSON.stringify(items));
  });

  test('by the proxy of the API server, which keeps tokens to itself, only what is open to everybody can be read', async () => {
    const [pod = ''] = await app.control.runPods(app.namespace, { name: 'naru', labels: {} });
    const get = (path: string): Promise<string> =>
      app.kubectl('get', '--raw', `/api/v1/namespaces/${app.namespace}/pods/${pod}:${naru.ports.debug}/proxy${path}`);
    assert.equal(await get('/readyz'), 'ok\n');
    const metrics = await get('/metrics');
    for (const line of [
      /^naru_xds_connected\{fleet="naru"\} 1$/m,
      /^naru_watch_last_event_timestamp_seconds\{kind="Ingress"\} [1-9]/m,
      /^naru_snapshot_builds_total\{result="changed"\} [1-9]/m,
    ])
      assert.match(metrics, line);
    const written = /^naru_status_writes_total\{kind="Ingress",result="ok"\} [1-9]/m;
    await eventually('addresses are written', async () => (written.test(await get('/metrics')) ? true : undefined));
    await assert.rejects(get('/debug/proxies'), /logged in|Unauthorized|bearer token/);
  });
});
