// The Envoys of manifests/ are restarted one after the other, by the hook that stands there, while clients go on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { Subject } from 'rxjs';
import { choosePort } from '../../src/dev/ports.ts';
import { defaultGatewayOptions } from '../../src/gateway/options.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import { ControlPlane } from '../../src/runtime/control-plane.ts';
import { Balancer } from '../support/balancer.ts';
import { eventually } from '../support/eventually.ts';
import { Http2Client } from '../support/http2-client.ts';
import { type Built, kustomize } from '../support/kustomize.ts';
import { Load } from '../support/load.ts';
import { readManifests } from '../support/manifests.ts';
import { naruClass, upsert } from '../support/objects.ts';
import { PodEnvoy } from '../support/pod-envoy.ts';
import { request } from '../support/request.ts';
import { runNaru } from '../support/run-naru.ts';
import { ingressYaml, sliceYaml, tlsSecretYaml } from '../support/yaml.ts';
import { portOf } from '../support/listen.ts';

const host = 'shop.example.com';

interface Edge {
  readonly pod: PodEnvoy;
  readonly http: number;
  readonly https: number;
}

/** A backend that holds its answer to /slow until it is told to give it. */
async function startBackend(t: TestContext): Promise<{ readonly port: number; readonly held: ServerResponse[] }> {
  const held: ServerResponse[] = [];
  const server = createServer((asked, answer) => {
    if (asked.url === '/slow') held.push(answer);
    else answer.end('here');
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return { port: portOf(server), held };
}

describe('a rolling restart of the Envoys', () => {
  let objects: readonly Built[];
  let secrets: string;

  before(async () => {
    [objects, secrets] = await Promise.all([kustomize('manifests/naru'), runNaru('certgen')]);
  });

  /** An Envoy, with a control plane of its own, because on one machine each needs other ports. */
  async function startEdge(t: TestContext, name: string, backendPort: number): Promise<Edge> {
    const folder = mkdtempSync(join(tmpdir(), 'naru-rolling-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const server = parseAllDocuments(secrets)
      .map((document) => document.toJS() as { metadata: { name: string }; stringData: Record<string, string> })
      .find(({ metadata }) => metadata.name === 'naru-ads-server');
    for (const [file, text] of Object.entries(server?.stringData ?? {})) writeFileSync(join(folder, file), text);
    const tls = { certificate: join(folder, 'tls.crt'), privateKey: join(folder, 'tls.key'), clientCa: join(folder, 'ca.crt') };
    const [http, https, adsPort] = [await choosePort(0), await choosePort(0), await choosePort(0)];
    const source = new Subject<KubeEvent>();
    const controlPlane = new ControlPlane({
      build: {
        fleet: 'naru',
        ingress: defaultIngressOptions,
        gateway: { ...defaultGatewayOptions, address: '127.0.0.1' },
        listen: { address: '127.0.0.1', httpPort: http, httpsPort: https, authz: { path: join(folder, 'authz.sock') } },
      },
      events: source,
      ads: { host: '127.0.0.1', port: adsPort, tls },
      debug: { host: '127.0.0.1', port: 0 },
      version: 'test',
      onFailure: (error) => {
        throw error;
      },
    });
    await controlPlane.start();
    t.after(() => controlPlane.stop());
    const web = JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } });
    const annotations = { 'ssl-redirect': 'false' };
    const ingress = ingressYaml({ name: 'web', host, paths: ['Prefix / web'], tls: [`shop ${host}`], annotations });
    const yaml = `---\n${web}\n${ingress}${sliceYaml('web', ['127.0.0.1'], backendPort)}${tlsSecretYaml('shop', host)}`;
    const { events } = await readManifests(yaml);
    for (const event of [upsert(naruClass), ...events]) source.next(event);
    // As in the manifest, but for the time.
    const edits = [['least, calm, most = 15, 30, 285', 'least, calm, most = 3, 30, 120']] as const;
    const pod = await PodEnvoy.create({ objects, secrets, name, adsPort, edits });
    t.after(() => pod.remove());
    await pod.start();
    await eventually(`${name} is ready`, async () => ((await pod.isReady()) ? true : undefined));
    return { pod, http, https };
  }

  test('no request fails, over HTTP/1.1 and HTTP/2', async (t) => {
    const backend = await startBackend(t);
    const edges = [await startEdge(t, 'edge-1', backend.port), await startEdge(t, 'edge-2', backend.port)];
    const balance = (scheme: 'http' | 'https'): Promise<Balancer> =>
      Balancer.start(edges.map((edge) => ({ port: edge[scheme], isReady: () => edge.pod.isReady() })));
    const [plain, secure] = [await balance('http'), await balance('https')];
    const ports = { http: plain.port, https: secure.port };
    // Each connection is used again and again, so that each hears that it is to be closed. One on which nothing is sent is closed in the end, whatever its client is about to do.
    const agent = new Agent({ keepAlive: true, maxSockets: 20, scheduling: 'fifo' });
    const http2 = new Http2Client(secure.port, host);
    t.after(() => {
      agent.destroy();
      for (const one of [http2, plain, secure]) one.close();
    });
    await eventually('both ways lead to the backend', async () => {
      const { status } = await request(`http://${host}/`, ports, { agent });
      return status === 200 && (await http2.get('/')) === undefined ? true : undefined;
    });

    let count = 0;
    const load = new Load(t, 300, async () => {
      if (count++ % 2 === 0) return http2.get('/');
      const { status, body } = await request(`http://${host}/`, ports, { agent });
      return status === 200 ? undefined : `http/1.1: ${status} ${body}`;
    });
    for (const { pod, http } of edges) {
      const slow = request(`http://${host}/slow`, { http, https: 0 }, { agent: new Agent({ keepAlive: true }) });
      const answer = await eventually('a slow request is under way', () => backend.held.pop());
      const ended = pod.end();
      await eventually('it is not ready any more', async () => ((await pod.isReady()) ? undefined : true));
      const { body } = await pod.ask('ready', '/ready');
      assert.equal(body.trim(), 'DRAINING');
      answer.end('at last');
      const { status, headers } = await slow;
      assert.deepEqual([status, headers.connection], [200, 'close']);
      assert.equal(await ended, 'by itself');
      await pod.start();
      // The next one goes when this one has been ready for a while: minReadySeconds.
      await eventually('it gets connections again', () => (plain.ready === 2 && secure.ready === 2 ? true : undefined));
    }
    const { sent, failures } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(sent > 1000, String(sent));
    // Each Envoy that left made its client open another connection.
    assert.ok(http2.connections > 2, String(http2.connections));
  });

  test('nobody but the kubelet starts it by chance', async (t) => {
    const backend = await startBackend(t);
    const { pod } = await startEdge(t, 'edge-3', backend.port);
    assert.equal((await pod.ask('drain', '/drain')).status, 404);
    assert.equal((await pod.ask('drain', '/healthcheck/fail')).status, 404);
    assert.equal((await pod.ask('ready', '/drain')).status, 404);
    assert.match((await pod.ask('metrics', '/stats/prometheus')).body, /^envoy_server_live/m);
    const { body: few } = await pod.ask('metrics', '/metrics');
    assert.match(few, /^envoy_server_live/m);
    assert.doesNotMatch(few, /^envoy_cluster_(upstream|membership).*"default\/web\/80"/m);
    assert.equal((await pod.ask('metrics', '/config_dump')).status, 404);
    assert.ok(await pod.isReady());
  });
});
