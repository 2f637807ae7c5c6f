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

  /** There is no kubelet to forward a port: that much of kubectl is played, for pods by their number. */
  async function kubectlWithPlugin(
    replicas: readonly Served[],
  ): Promise<(t: TestContext, ...args: readonly string[]) => ReturnType<typeof ended>> {
    const plugin = join(folder, 'kubectl-naru.ts');
    rmSync(plugin, { force: true });
    symlinkSync(resolve('src/main.ts'), plugin);
    const ports = replicas.map(({ ports: { debug } }, index) => `pod/*-${index}) port=${debug} ;;`);
    const forward = `for word in "$@"; do case "$word" in ${ports.join(' ')} esac; done; echo "Forwarding from 127.0.0.1:$port -> 9902"; exec sleep 100`;
    const kubectl = `case " $* " in *" port-forward "*) ${forward} ;; esac\nexec '${await controlPlaneBinary()}' kubectl "$@"`;
    writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${kubectl}\n`, { mode: 0o700 });
    writeFileSync(join(folder, 'kubectl-naru'), `#!/bin/sh\nexec '${process.execPath}' '${plugin}' "$@"\n`, { mode: 0o700 });
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}`, KUBECONFIG: app.control.kubeconfig, HOME: folder };
    return (t, ...args) => ended(NaruProcess.start(t, ['naru', ...args], { program: join(folder, 'kubectl'), env }));
  }

  test('kubectl naru asks all replicas that are ready, and says so where there are none', async (t) => {
    const samePorts = ['--http-port', String(naru.ports.http), '--https-port', String(naru.ports.https)];
    const second = await Served.start(app.kubeconfig, ['--watch-namespace', app.namespace, ...samePorts], { nodeId: 'node-2' });
    t.after(() => second.stop());
    await second.accepted(0);
    const kubectlNaru = await kubectlWithPlugin([naru, second]);
    const nobody = await kubectlNaru(t, 'proxies');
    assert.equal(nobody.code, 3, nobody.output);
    assert.match(
      nobody.errors,
      /^naru: No pod with the label \S+ runs in the namespace naru-system\. Is Naru installed\? Elsewhere: --naru-namespace\.\n/,
    );

    const template = '--output=jsonpath={.spec.template.metadata.labels}';
    const labels = JSON.parse(await app.control.kubectl(['--namespace=naru-system', 'get', 'deployment', 'naru', template])) as Record<
      string,
      string
    >;
    const { address } = app.control;
    // The last one is not ready, and nothing answers there.
    const pods = await app.control.runPods('naru-system', { name: app.namespace, labels, addresses: [address, address, address] });
    t.after(() => Promise.all(pods.map((pod) => app.control.deletePod('naru-system', pod))));
    const [first = '', other = '', starting = ''] = pods;
    await app.control.setPodReady('naru-system', starting, false);
    await eventually('one leads', async () => ((await naru.metric('naru_leader')) === 1 ? true : undefined));

    const proxies = await kubectlNaru(t, 'proxies');
    assert.deepEqual([proxies.code, proxies.errors], [0, '']);
    const rows = proxies.output
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    assert.deepEqual(
      rows.map((row) => [row[0], row.at(-1)]),
      [
        ['PROXY', 'REPLICA'],
        ['node-1', `${first} (leader)`],
        ['node-2', other],
      ],
    );
    const ofOne = await kubectlNaru(t, 'proxies', '--replica', other, '-o', 'name');
    assert.deepEqual(ofOne, { code: 0, output: 'proxy/node-2\n', errors: '' });
    const unknown = await kubectlNaru(t, 'proxies', '--replica', 'third');
    assert.deepEqual([unknown.code, unknown.errors], [2, `naru: There is no replica third. There are ${first}, ${other}.\n`]);

    const status = await kubectlNaru(t, 'status', '-n', app.namespace);
    assert.equal(status.code, 0, status.errors);
    const line = (name: string) => `   ${name} +v\\d+, 1 Envoy, \\S+ old: .*\\n`;
    assert.match(
      status.output,
      new RegExp(
        `^ok All 2 Envoys run the newest snapshot of their replica\\.\n${line(`${first} \\(leader\\)`)}${line(other)}   \\d+ clusters, `,
      ),
    );
    const object = await kubectlNaru(t, 'status', 'ingress/shop', '-n', app.namespace);
    assert.deepEqual([object.code, object.errors], [0, '']);
    assert.match(object.output, /^Ingress \S+\/shop is accepted by all 2 Envoys \(v\d+(?:, v\d+)?\)\.\n/);
    const snapshots = await kubectlNaru(t, 'snapshots');
    for (const name of pods.slice(0, 2)) assert.match(snapshots.output, new RegExp(`^${name}(?: \\(leader\\))? +v\\d+ `, 'm'));
    const check = await kubectlNaru(t, 'check');
    assert.match(
      check.output,
      new RegExp(`control plane\n  ok   2 replicas, leader ${first}, which serve the same\n[\\s\\S]*node-1 runs v[\\s\\S]*node-2 runs v`),
    );
    const report = await kubectlNaru(t, 'bug-report', '--list');
    assert.equal(report.code, 0, report.errors);
    for (const name of [`${first}/proxies.json`, `${other}/proxies.json`, `${first}/xds/scopes.json`, `${first}/metrics.txt`])
      assert.match(report.output, new RegExp(`^  ${name}  \\d{3,} bytes$`, 'm'));

    // It does not say by its readiness that it is gone.
    await second.stop();
    const half = await kubectlNaru(t, 'proxies', '-o', 'name');
    assert.deepEqual([half.code, half.output], [3, 'proxy/node-1\n']);
    assert.match(half.errors, new RegExp(`^Naru at ${other} does not answer: `));
  });

  test('kubeconfig, context and namespace are those that kubectl would take', async (t) => {
    const kubectlNaru = await kubectlWithPlugin([naru]);
    const [pod = ''] = await app.control.runPods(app.namespace, { name: 'own', labels: { 'app.kubernetes.io/name': 'naru' } });
    t.after(() => app.control.deletePod(app.namespace, pod));
    const elsewhere = ['--kubeconfig', app.control.kubeconfig, '--context', 'test'];
    const names = await kubectlNaru(t, 'proxies', '-o', 'name', '-n', app.namespace, ...elsewhere);
    assert.deepEqual(names, { code: 0, output: 'proxy/node-1\n', errors: '' });
    const routes = await kubectlNaru(
      t,
      'get',
      'routes',
      '-o',
      'name',
      '-n',
      app.namespace,
      '--naru-namespace',
      app.namespace,
      ...elsewhere,
    );
    assert.deepEqual([routes.code, routes.errors], [0, '']);
    assert.equal(routes.output, `route/${app.namespace}/shop:prefix:/\n`);
    const wrong = await kubectlNaru(t, 'proxies', '--context', 'nowhere');
    assert.equal(wrong.code, 3);
    assert.match(wrong.errors, /^naru: kubectl does not find Naru's pods: .*context "nowhere" does not exist/);
    // Said of a cluster, it is meant without kubectl in front, too.
    const path = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
    const plain = await ended(NaruProcess.start(t, ['proxies', '-o', 'name', '-n', app.namespace, ...elsewhere], { env: path }));
    assert.deepEqual(plain, { code: 0, output: 'proxy/node-1\n', errors: '' });
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
