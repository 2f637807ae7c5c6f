import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { choosePort } from '../../src/dev/ports.ts';
import { certificateFor } from './certificates.ts';
import { sharedControlPlane } from './cluster.ts';
import type { ControlPlane } from './control-plane.ts';
import { eventually } from './eventually.ts';
import { Pod } from './pod.ts';
import { type Answer, type Ports, request, type RequestDetails } from './request.ts';
import { TcpProxy } from './tcp-proxy.ts';

const host = 'shop.example.com';
const preStopMs = 200;

/** An application in a namespace of a real API server: two pods behind an Ingress with TLS. */
export class Shop {
  readonly ports: Ports;
  readonly kubeconfig: string;
  /** Between Naru and the API server. Whoever changes something is on the other side. */
  readonly network: TcpProxy;
  readonly namespace: string;
  readonly folder: string;
  readonly #control: ControlPlane;
  readonly #pods = new Map<string, Pod>();

  private constructor(parts: Pick<Shop, 'ports' | 'kubeconfig' | 'network' | 'namespace' | 'folder'> & { readonly control: ControlPlane }) {
    this.ports = parts.ports;
    this.kubeconfig = parts.kubeconfig;
    this.network = parts.network;
    this.namespace = parts.namespace;
    this.folder = parts.folder;
    this.#control = parts.control;
  }

  static async open(): Promise<Shop> {
    const control = await sharedControlPlane();
    const namespace = await control.createNamespace('faults');
    const folder = mkdtempSync(join(tmpdir(), 'naru-faults-'));
    const network = await TcpProxy.start(await choosePort(0), Number(new URL(control.server).port));
    const kubeconfig = join(folder, 'kubeconfig');
    const through = readFileSync(control.kubeconfig, 'utf8').replaceAll(control.server, `https://127.0.0.1:${network.port}`);
    writeFileSync(kubeconfig, through, { mode: 0o600 });
    const ports = { http: await choosePort(0), https: await choosePort(0) };
    const shop = new Shop({ ports, kubeconfig, network, namespace, folder, control });
    await control.kubectl(['apply', '-f', 'manifests/naru/ingress-class.yaml']);
    await Promise.all([shop.runPod('web-a'), shop.runPod('web-b'), shop.#makeSecret()]);
    await shop.apply(service, ingress('web', '/', { tls: [{ hosts: [host], secretName: 'shop-tls' }] }));
    return shop;
  }

  /** What `naru serve` needs to serve this shop. */
  get flags(): readonly string[] {
    return ['--watch-namespace', this.namespace, '--http-port', String(this.ports.http), '--https-port', String(this.ports.https)];
  }

  /** A pod of the application, with a kubelet's word that it is ready. Gives back its port. */
  async runPod(name: string): Promise<number> {
    const pod = await Pod.start(name, this.#control.address);
    this.#pods.set(name, pod);
    await this.#control.runPods(this.namespace, { name, labels: { app: 'web' }, ports: { http: pod.port } });
    return pod.port;
  }

  /** Takes a pod out of service; `settled` must resolve when nobody sends requests to its port any more. */
  async removePod(name: string, settled: (port: number) => Promise<unknown>): Promise<void> {
    await this.#control.setPodReady(this.namespace, `${name}-0`, false);
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    await settled(pod.port);
    // Workers of an Envoy hear of it a moment after its main thread, which says so: a pod waits for them in its preStop hook.
    await delay(preStopMs);
    await pod.stop();
    this.#pods.delete(name);
    await this.#control.deletePod(this.namespace, `${name}-0`);
  }

  /** A path of its own, which tells whether a change has arrived. */
  async addPath(path: string): Promise<void> {
    await this.apply(ingress(path.slice(1), path));
  }

  async removePath(path: string): Promise<void> {
    await this.#control.kubectl(['--namespace', this.namespace, 'delete', 'ingress', path.slice(1)]);
  }

  async apply(...objects: readonly object[]): Promise<void> {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    await this.#control.kubectl(['--namespace', this.namespace, 'apply', '-f', '-'], { input });
  }

  get(scheme: 'http' | 'https', path = '/', details?: RequestDetails): Promise<Answer> {
    return request(`${scheme}://${host}${path}`, this.ports, details);
  }

  async serves(): Promise<void> {
    await eventually(
      'the shop is served',
      async () => {
        const answers = await Promise.all([this.get('http'), this.get('https')]);
        return answers.every(({ status }) => status === 200) ? true : undefined;
      },
      { deadlineMs: 20_000 },
    );
  }

  /** One request of a steady load: every third with TLS. What went wrong, or undefined. */
  readonly visit = (
    (count = 0) =>
    async (): Promise<string | undefined> => {
      const scheme = count++ % 3 === 0 ? 'https' : 'http';
      const { status, body } = await this.get(scheme);
      return status === 200 ? undefined : `${scheme}: ${status} ${body}`;
    }
  )();

  async close(): Promise<void> {
    await this.network.close();
    await Promise.all([...this.#pods.values()].map((pod) => pod.stop()));
    await this.#control.kubectl(['--namespace', this.namespace, 'delete', 'ingress', '--all']);
    rmSync(this.folder, { recursive: true });
  }

  async #makeSecret(): Promise<void> {
    const { chain, privateKey } = await certificateFor([host]);
    const data = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
    await this.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop-tls' }, type: 'kubernetes.io/tls', data });
  }
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};

function ingress(name: string, path: string, more: object = {}): object {
  const backend = { service: { name: 'web', port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' } },
    spec: { ingressClassName: 'naru', rules: [{ host, http: { paths: [{ path, pathType: 'Exact', backend }] } }], ...more },
  };
}
