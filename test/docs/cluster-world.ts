// Where the commands of the pages about clusters are run: a real API server whose nodes are played, and a Naru with an Envoy that serve it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { choosePort } from '../../src/dev/ports.ts';
import { makeAdsCertificates } from '../../src/runtime/ads-certificates.ts';
import { type ControlPlane, controlPlaneBinary, startControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { listen } from '../support/listen.ts';
import { PlayedNode } from '../support/played-node.ts';
import { Pod } from '../support/pod.ts';
import { Served } from '../support/serve.ts';

const mistake = ['canary-weight: "20"', 'canary-weight: "5O"'] as const;

export class ClusterWorld {
  readonly control: ControlPlane;
  /** With `shop.yaml`, and a folder `manifests` in which it has a mistake. */
  readonly folder = mkdtempSync(join(tmpdir(), 'naru-pages-'));
  readonly naru: Served;
  readonly #node: PlayedNode;
  readonly #pod: Pod;
  readonly #envoyAdmin: Server;
  #weight = 20;
  #requests: Promise<void> | undefined;
  #closing = false;

  private constructor(parts: { control: ControlPlane; naru: Served; node: PlayedNode; pod: Pod }) {
    this.control = parts.control;
    this.naru = parts.naru;
    this.#node = parts.node;
    this.#pod = parts.pod;
    this.#envoyAdmin = createServer((request, response) => {
      void this.naru.envoy.adminRequest(request.url ?? '').then(({ body }) => response.end(body));
    });
  }

  static async open(): Promise<ClusterWorld> {
    const control = await startControlPlane(['daemonset-controller']);
    const node = await PlayedNode.start(control, 'node-1');
    const pod = await Pod.start('web', control.address);
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    await control.kubectl(['apply', '-f', 'test/docs/shop.yaml']);
    await control.runPods('shop', { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    // A page takes the right to list Secrets away.
    const flags = ['--secret-access=get', '--publish-status-address=192.0.2.1'];
    const naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), flags, { debugHost: '0.0.0.0' });
    const world = new ClusterWorld({ control, naru, node, pod });
    await world.#prepare();
    return world;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#requests;
    this.#envoyAdmin.closeAllConnections();
    this.#envoyAdmin.close();
    await this.naru.stop();
    await this.#pod.stop();
    await this.#node.stop();
    await this.control.stop();
    rmSync(this.folder, { recursive: true });
  }

  async environment(): Promise<NodeJS.ProcessEnv> {
    return {
      ...process.env,
      PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
      HOME: this.folder,
      KUBECONFIG: this.control.kubeconfig,
      NO_COLOR: '1',
      NARU_SERVER: `http://127.0.0.1:${this.naru.ports.debug}`,
      NARU_ADS_ADDRESS: `127.0.0.1:${await choosePort(0)}`,
      NARU_DEBUG_ADDRESS: `127.0.0.1:${await choosePort(0)}`,
    };
  }

  async envoyAdmin(): Promise<string> {
    if (!this.#envoyAdmin.listening) await listen(this.#envoyAdmin);
    const address = this.#envoyAdmin.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** As a program that makes canaries grow does. Resolves when Envoy has it. */
  async growCanary(): Promise<void> {
    const { version } = await this.naru.snapshots();
    const weight = `nginx.ingress.kubernetes.io/canary-weight=${++this.#weight}`;
    await this.control.kubectl([
      '-n',
      'shop',
      'annotate',
      '--overwrite',
      '--field-manager=rollouts-controller',
      'ingress/web-canary',
      weight,
    ]);
    await this.naru.accepted(version);
  }

  /** From now on, somebody asks for the page of the shop. */
  ask(): void {
    this.#requests ??= (async () => {
      while (!this.#closing) await this.naru.get('http://shop.example.com/');
    })();
    // Told when the world is closed.
    this.#requests.catch(() => {});
  }

  /** There is nothing in a played pod: what stands for nginx listens elsewhere. */
  async runNginx(): Promise<void> {
    const ports = [{ port: 80, targetPort: this.#pod.port }];
    await this.control.call('PATCH', '/api/v1/namespaces/default/services/web', { spec: { ports } });
    const get = () => this.naru.get('http://web.example.com/');
    await eventually('nginx answers', async () => ((await get()).status === 200 ? true : undefined));
  }

  async #prepare(): Promise<void> {
    for (const name of ['bin', 'manifests', '.kube']) mkdirSync(join(this.folder, name));
    const write = (name: string, text: string, mode = 0o600): void => writeFileSync(join(this.folder, name), text, { mode });
    const shop = readFileSync('test/docs/shop.yaml', 'utf8');
    write('shop.yaml', shop);
    write('manifests/shop.yaml', shop.replace(...mistake));
    write('.kube/config', readFileSync(this.control.kubeconfig, 'utf8'));
    const { client, authority } = await makeAdsCertificates(['naru'], 'naru', 1);
    write('tls.crt', client.chain);
    write('tls.key', client.privateKey);
    write('ca.crt', authority);
    write('bin/naru', `#!/bin/sh\nexec "${process.execPath}" "${resolve('src/main.ts')}" "$@"\n`, 0o700);
    // No kubelet forwards ports: that what is named has such a port is all that can be seen here.
    const kubectl = `"${await controlPlaneBinary()}" kubectl`;
    const forward = `ports=$(${kubectl} "$1" "$2" get "$4" --output 'jsonpath={..containerPort}'); case " $ports " in *" $5 "*) exit 0 ;; esac; exit 1`;
    write('bin/kubectl', `#!/bin/sh\nif [ "$3" = port-forward ]; then ${forward}; fi\nexec ${kubectl} "$@"\n`, 0o700);
    await this.control.kubectl(['create', 'serviceaccount', 'reader']);
    const account = '--serviceaccount=default:reader';
    for (const role of ['naru-debug', 'naru-log-level'])
      await this.control.kubectl(['create', 'clusterrolebinding', `reader-${role}`, `--clusterrole=${role}`, account]);
  }
}
