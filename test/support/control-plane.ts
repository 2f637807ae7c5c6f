// A real Kubernetes API server with its controllers and etcd on this machine, for tests. There is no kubelet:
// a test plays the node itself and says which Pods run, where, and whether they are ready.
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type Component, startComponent } from './control-plane-component.ts';
import { apiserverFlags, controllerManagerFlags, etcdFlags } from './control-plane-flags.ts';
import { makeOldVersions } from './etcd.ts';
import { freePort, podAddress } from './local-address.ts';

export interface PodSet {
  /** The Pods are called `<name>-0`, `<name>-1`, … */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** One Pod for each; without it, one Pod at the control plane's `address`. */
  readonly addresses?: readonly string[];
  /** Named container ports, for a Service whose `targetPort` is a name: backends at one address then differ by its number. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Where they run; without it, the one node that there is. */
  readonly node?: string;
}

export interface AddedServer {
  readonly server: string;
  readonly kubeconfig: string;
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

export interface KubectlOptions {
  readonly input?: string;
  /** Instead of the administrator's. */
  readonly kubeconfig?: string;
}

const nodeName = 'test-node';
const patienceMilliseconds = 60_000;

/** Takes a few seconds; the very first call builds the binary, which takes minutes. `controllers`: those that act besides the usual ones. */
export async function startControlPlane(controllers: readonly string[] = []): Promise<ControlPlane> {
  const binary = await controlPlaneBinary();
  const address = await podAddress();
  const folder = await mkdtemp(path.join(tmpdir(), 'naru-control-plane-'));
  const control = new ControlPlane(binary, folder, `https://127.0.0.1:${await freePort()}`, address);
  try {
    await control.start(controllers);
    return control;
  } catch (error) {
    await control.stop();
    throw error;
  }
}

export class ControlPlane {
  /** The API server's URL. */
  readonly server: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** An IPv4 address of this machine that the API server accepts as a Pod's: not a loopback address. */
  readonly address: string;

  readonly #binary: string;
  readonly #folder: string;
  readonly #adminToken = randomBytes(16).toString('hex');
  readonly #agent = new Agent({ keepAlive: true });
  readonly #components: Component[] = [];
  readonly #killAtExit = (): void => this.#kill();
  #certificateAuthority = '';

  constructor(binary: string, folder: string, server: string, address: string) {
    this.#binary = binary;
    this.#folder = folder;
    this.server = server;
    this.address = address;
    this.kubeconfig = this.#file('admin.kubeconfig');
  }

  async start(controllers: readonly string[]): Promise<void> {
    process.once('exit', this.#killAtExit);
    await writeFile(this.#file('tokens.csv'), `${this.#adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(this.#file('account.key'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
    await writeFile(this.#file('account.pub'), publicKey.export({ type: 'spki', format: 'pem' }));

    await this.#launch('etcd', etcdFlags(this.#folder));
    await this.#until('a first version of the store', () => makeOldVersions(this.#file('etcd.sock')));
    await this.#launch('apiserver', apiserverFlags(this.#folder, this.server, this.address));
    await this.#until('readiness of the API server', async () => {
      this.#certificateAuthority = await readFile(this.#file('apiserver.crt'), 'utf8');
      await this.call('GET', '/readyz');
    });

    await this.#writeKubeconfig(this.kubeconfig, this.#adminToken, 'default');
    await this.#launch('controller-manager', controllerManagerFlags(this.#folder, this.kubeconfig, controllers));
    await this.call('POST', '/api/v1/nodes', { metadata: { name: nodeName } });
    await this.#defaultServiceAccount('default');
  }

  /** Resolves to what kubectl printed; rejects with what it complained about. */
  kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const env = { ...process.env, HOME: this.#folder, KUBECONFIG: options.kubeconfig ?? this.kubeconfig };
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, stdout: string, stderr: string): void => {
        if (error) reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      };
      const child = execFile(this.#binary, ['kubectl', ...args], { env, maxBuffer: 1 << 28 }, done);
      // It may end without having read everything; its own words then say why.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input ?? '');
    });
  }

  /** The path of a kubeconfig with which a client is this ServiceAccount. */
  async kubeconfigFor(namespace: string, serviceAccount: string): Promise<string> {
    const token = await this.kubectl(['create', 'token', '--namespace', namespace, serviceAccount]);
    const file = this.#file(`${namespace}.${serviceAccount}.kubeconfig`);
    await this.#writeKubeconfig(file, token.trim(), namespace);
    return file;
  }

  /** A namespace of a new name, in which Pods can be made at once. */
  async createNamespace(prefix: string): Promise<string> {
    const name = `${prefix}-${randomBytes(4).toString('hex')}`;
    await this.call('POST', '/api/v1/namespaces', { metadata: { name } });
    await this.#defaultServiceAccount(name);
    return name;
  }

  /** Makes Pods that run and are ready, so that the Services that select them publish their addresses. */
  async runPods(namespace: string, pods: PodSet): Promise<string[]> {
    const ports = Object.entries(pods.ports ?? {}).map(([name, containerPort]) => ({ name, containerPort }));
    const spec = { nodeName: pods.node ?? nodeName, containers: [{ name: 'main', image: 'none', ports }] };
    const run = async (podIP: string, index: number): Promise<string> => {
      const name = `${pods.name}-${index}`;
      await this.call('POST', podPath(namespace), { metadata: { name, labels: pods.labels }, spec });
      const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: readiness(true) };
      await this.call('PATCH', `${podPath(namespace, name)}/status`, { status });
      return name;
    };
    return Promise.all((pods.addresses ?? [this.address]).map(run));
  }

  /** A node with these addresses, each as `TYPE ADDRESS`. */
  async makeNode(name: string, addresses: readonly string[]): Promise<void> {
    await this.call('POST', '/api/v1/nodes', { metadata: { name } });
    const entries = addresses.map((one) => ({ type: one.split(' ')[0], address: one.split(' ')[1] }));
    await this.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: entries } });
  }

  async setPodReady(namespace: string, pod: string, ready: boolean): Promise<void> {
    await this.call('PATCH', `${podPath(namespace, pod)}/status`, { status: { conditions: readiness(ready) } });
  }

  /** At once: without a kubelet, a Pod that is deleted gracefully stays Terminating for ever. */
  async deletePod(namespace: string, pod: string): Promise<void> {
    await this.call('DELETE', `${podPath(namespace, pod)}?gracePeriodSeconds=0`);
  }

  /** Another API server before the same objects, and the administrator's kubeconfig for it. It can be killed, and started again in its place. */
  async addServer(...flags: readonly string[]): Promise<AddedServer> {
    const server = `https://127.0.0.1:${await freePort()}`;
    const kubeconfig = this.#file(`${new URL(server).port}.kubeconfig`);
    await this.#writeKubeconfig(kubeconfig, this.#adminToken, 'default', server);
    let component: Component;
    const start = async (): Promise<void> => {
      component = await this.#launch('apiserver', [...apiserverFlags(this.#folder, server, this.address), ...flags]);
      await this.#until('readiness of another API server', () => this.kubectl(['get', '--raw', '/readyz'], { kubeconfig }));
    };
    const kill = async (): Promise<void> => {
      this.#components.splice(this.#components.indexOf(component), 1);
      await component.stop();
    };
    await start();
    return { server, kubeconfig, start, kill };
  }

  /** The last lines of every component's log. */
  async logs(): Promise<string> {
    return (await Promise.all(this.#components.map((component) => component.logTail()))).join('\n');
  }

  /** Ends it at once, with everything that it stored. */
  async stop(): Promise<void> {
    process.removeListener('exit', this.#killAtExit);
    this.#agent.destroy();
    await Promise.all(this.#components.map((component) => component.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }

  async #launch(name: string, flags: readonly string[]): Promise<Component> {
    const component = await startComponent(this.#binary, name, flags, this.#folder);
    this.#components.push(component);
    return component;
  }

  #kill(): void {
    for (const component of this.#components) component.kill();
    // Again and again, because what was killed may have been writing.
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }

  async #defaultServiceAccount(namespace: string): Promise<void> {
    await this.#until(`the default ServiceAccount of ${namespace}`, () =>
      this.call('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`),
    );
  }

  /** Tries until the attempt succeeds; a component that has ended, or too long a wait, is an error with its log. */
  async #until(what: string, attempt: () => Promise<unknown>): Promise<void> {
    const deadline = performance.now() + patienceMilliseconds;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        const ended = this.#components.find((component) => !component.isRunning);
        if (ended) throw new Error(`${ended.name} ended by itself before ${what}\n${await ended.logTail()}`, { cause: error });
        if (performance.now() > deadline)
          throw new Error(`not within a minute: ${what} (${String(error)})\n${await this.logs()}`, { cause: error });
        await delay(25);
      }
    }
  }

  #writeKubeconfig(file: string, token: string, namespace: string, server = this.server): Promise<void> {
    const authority = Buffer.from(this.#certificateAuthority).toString('base64');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': authority } }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
      'current-context': 'test',
    };
    return writeFile(file, JSON.stringify(config), { mode: 0o600 });
  }

  /** As the administrator, without the tenth of a second that a kubectl takes to start. */
  async call(method: string, resource: string, body?: object): Promise<unknown> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const sent = request(new URL(resource, this.server), {
      method,
      agent: this.#agent,
      ca: this.#certificateAuthority,
      signal: AbortSignal.timeout(patienceMilliseconds),
      headers: { authorization: `Bearer ${this.#adminToken}`, 'content-type': type },
    });
    sent.end(body && JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await text(response);
    const status = response.statusCode ?? 0;
    if (status >= 300) throw new Error(`${method} ${resource}: ${status} ${answer}`);
    return answer.startsWith('{') ? (JSON.parse(answer) as unknown) : answer;
  }
}

/** Its first argument says which of its faces it shows: `kubectl` is one. */
export async function controlPlaneBinary(): Promise<string> {
  // Named by an expression, because a script in plain JavaScript has no types to import.
  const script = new URL('../../scripts/control-plane.mjs', import.meta.url).href;
  const { controlPlane } = (await import(script)) as { controlPlane: () => Promise<string> };
  return controlPlane();
}

function podPath(namespace: string, pod = ''): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}`;
}

function readiness(ready: boolean): { type: string; status: string }[] {
  const status = ready ? 'True' : 'False';
  return ['ContainersReady', 'Ready'].map((type) => ({ type, status }));
}
