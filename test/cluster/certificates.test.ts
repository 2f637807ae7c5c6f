// Certificates that come late, change and go on a real API server, while connections stay open and requests go on.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { makeDefaultCertificate, type SelfSigned } from '../../src/runtime/default-certificate.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Pod } from '../support/pod.ts';
import { Served } from '../support/serve.ts';

const host = 'late.example.com';
const rotations = 8;
/** Envoy's counters of what is closed or replaced. */
const draining = 'downstream_cx_drain_close|listener_modified|total_filter_chains_draining|http2.goaway_sent';

describe('certificates in a cluster', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  let pod: Pod;
  let secrets: string;
  let own: string;

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('certificates');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    secrets = `/api/v1/namespaces/${namespace}/secrets`;
    naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), ['--default-ssl-certificate', `${namespace}/usual`]);
    pod = await Pod.start('web', control.address);
    await control.runPods(namespace, { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    await control.call('POST', `/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    });
    const backend = { service: { name: 'web', port: { number: 80 } } };
    await control.call('POST', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, {
      metadata: { name: 'web' },
      spec: {
        ingressClassName: 'naru',
        tls: [{ hosts: [host], secretName: 'late' }],
        rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    });
    await eventually('the host is served', async () => ((await naru.get(`https://${host}/`)).status === 200 ? true : undefined), {
      deadlineMs: 30_000,
    });
    own = await shown(host);
  });

  after(async () => {
    await naru?.stop();
    await pod?.stop();
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  /** Fingerprint of the certificate that a new connection is shown. */
  function shown(servername: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port: naru.ports.https, servername, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }

  function secret(name: string, { chain, privateKey }: SelfSigned) {
    const data = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
    return { metadata: { name }, type: 'kubernetes.io/tls', data };
  }

  const fingerprint = ({ chain }: SelfSigned): string => new X509Certificate(chain).fingerprint256;

  /** Milliseconds until new connections are shown this certificate. */
  async function untilShown(servername: string, expected: string): Promise<number> {
    const start = performance.now();
    await eventually(`${servername} shows ${expected}`, async () => ((await shown(servername)) === expected ? true : undefined));
    return performance.now() - start;
  }

  async function problems(): Promise<readonly string[]> {
    const found = (await naru.debug('/debug/problems')) as {
      problems: readonly { code: string; message: string; source: { namespace?: string } }[];
    };
    return found.problems.flatMap(({ code, message }) => (message.includes(namespace) ? [`${code} ${message}`] : [])).sort();
  }

  test('the certificate of --default-ssl-certificate is missing, comes late, changes, is spoiled and goes', async () => {
    const missing = `Secret ${namespace}/usual`;
    assert.equal(await shown('nobody.example.com'), own);
    assert.ok(
      (await problems()).some((one) => one.includes(missing)),
      (await problems()).join('\n'),
    );
    const [first, second] = [await makeDefaultCertificate(['*.example.com']), await makeDefaultCertificate(['*.example.com'])];
    await control.call('POST', secrets, secret('usual', first));
    await untilShown('nobody.example.com', fingerprint(first));
    assert.equal(await shown(host), fingerprint(first));
    assert.ok(!(await problems()).some((one) => one.includes(missing)), (await problems()).join('\n'));
    await control.call('PUT', `${secrets}/usual`, secret('usual', second));
    await untilShown('nobody.example.com', fingerprint(second));
    await control.call('PUT', `${secrets}/usual`, secret('usual', { ...first, privateKey: second.privateKey }));
    await untilShown('nobody.example.com', own);
    assert.ok(
      (await problems()).some((one) => one.startsWith('NR402') && one.includes(missing)),
      (await problems()).join('\n'),
    );
    await control.call('PUT', `${secrets}/usual`, secret('usual', second));
    await untilShown('nobody.example.com', fingerprint(second));
    await control.call('DELETE', `${secrets}/usual`);
    await untilShown('nobody.example.com', own);
  });

  test('a Secret that comes late and is replaced again and again: within a second each time, and no connection is closed for it', async (t) => {
    assert.ok(
      (await problems()).some((one) => one.startsWith('NR401')),
      (await problems()).join('\n'),
    );
    const first = await makeDefaultCertificate([host]);
    await control.call('POST', secrets, secret('late', first));
    await untilShown(host, fingerprint(first));

    const session = await openSession(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const sockets = new Set<unknown>();
    agent.on('free', (socket: unknown) => sockets.add(socket));
    t.after(() => agent.destroy());
    const load = new Load(t, 100, () => ask(session));
    const more = new Load(t, 50, async () => {
      const { status } = await naru.get(`https://${host}/`, { agent });
      return status === 200 ? undefined : `status ${status}`;
    });
    const counters = await naru.stats(draining);
    const times: number[] = [];
    for (let round = 0; round < rotations; round++) {
      const next = await makeDefaultCertificate([host]);
      await control.call('PUT', `${secrets}/late`, secret('late', next));
      times.push(await untilShown(host, fingerprint(next)));
    }
    const [overHttp2, overHttp1] = [await load.stop(), await more.stop()];
    t.diagnostic(`until a new handshake has the new certificate: ${times.map((time) => `${Math.round(time)} ms`).join(', ')}`);
    assert.deepEqual([...overHttp2.failures, ...overHttp1.failures], []);
    assert.ok(overHttp2.sent > 0 && overHttp1.sent > 0);
    assert.equal(session.closed, false);
    assert.ok(sockets.size <= 4, `${sockets.size} connections were needed`);
    assert.equal(await naru.stats(draining), counters);
    assert.ok(Math.max(...times) < 1000, times.join(', '));
  });

  test('a Secret that is deleted leaves its host with the default certificate, and what is open stays open', async (t) => {
    const session = await openSession(t);
    await control.call('DELETE', `${secrets}/late`);
    await untilShown(host, own);
    assert.equal(await ask(session), undefined);
    assert.ok(
      (await problems()).some((one) => one.startsWith('NR401')),
      (await problems()).join('\n'),
    );
  });

  async function openSession(t: { after: (end: () => void) => void }): Promise<ClientHttp2Session> {
    const session = connect(`https://${host}`, { host: '127.0.0.1', port: naru.ports.https, servername: host, rejectUnauthorized: false });
    session.on('error', () => {});
    t.after(() => session.destroy());
    assert.equal(await ask(session), undefined);
    return session;
  }

  /** What went wrong with a request over a connection that is open. */
  function ask(session: ClientHttp2Session): Promise<string | undefined> {
    return new Promise((resolve) => {
      const stream = session.request({ ':authority': host });
      stream.once('response', ({ ':status': status }) => resolve(status === 200 ? undefined : `status ${status}`));
      stream.once('error', (error) => resolve(String(error)));
      stream.resume().end();
    });
  }
});
