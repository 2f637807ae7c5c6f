import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Json, type JsonObject, replaceAt, valueAt } from '../../src/dev/json-tree.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { type Built, type Container, find, type HttpGet } from './kustomize.ts';
import { request } from './request.ts';

interface Secret {
  readonly metadata: { readonly name: string };
  readonly stringData: Readonly<Record<string, string>>;
}

export interface PodEnvoyOptions {
  /** What `kubectl apply -k` would send. */
  readonly objects: readonly Built[];
  /** What `naru certgen` printed. */
  readonly secrets: string;
  readonly name: string;
  readonly adsPort: number;
  /** To spare time: what is written in the bootstrap, and what to write instead. */
  readonly edits?: readonly (readonly [string, string])[];
}

/** An Envoy as the DaemonSet in manifests/ says: its arguments, files and ports. The test is its kubelet. */
export class PodEnvoy {
  readonly #folder: string;
  readonly #container: Container;
  readonly #graceSeconds: number;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #args: readonly string[];
  readonly #killAtExit = (): void => void this.#child?.kill('SIGKILL');
  #child: ChildProcess | undefined;

  private constructor(options: PodEnvoyOptions, ports: ReadonlyMap<string, number>) {
    const { objects, secrets, name } = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'naru-pod-'));
    const spec = find(objects, 'DaemonSet', 'naru-envoy').spec?.template?.spec;
    const container = spec?.containers.find((one) => one.name === 'envoy');
    if (spec === undefined || container === undefined) throw new Error('there is no container called envoy');
    this.#container = container;
    this.#graceSeconds = spec.terminationGracePeriodSeconds ?? 30;
    this.#ports = ports;
    this.#args = container.args.map((arg) => arg.replaceAll('$(POD_NAME)', name).replaceAll('/etc/envoy', this.#folder));
    for (const folder of ['ads', 'run']) mkdirSync(join(this.#folder, folder));
    const client = parseAllDocuments(secrets)
      .map((document) => document.toJS() as Secret)
      .find(({ metadata }) => metadata.name === 'naru-ads-client');
    for (const [file, text] of Object.entries(client?.stringData ?? {})) writeFileSync(join(this.#folder, 'ads', file), text);
    writeFileSync(join(this.#folder, 'bootstrap.json'), JSON.stringify(this.#bootstrap(options)));
    process.once('exit', this.#killAtExit);
  }

  static async create(options: PodEnvoyOptions): Promise<PodEnvoy> {
    const names = ['metrics', 'ready', 'drain'];
    const ports = await Promise.all(names.map(async (name) => [name, await choosePort(0)] as const));
    return new PodEnvoy(options, new Map(ports));
  }

  async start(): Promise<void> {
    const child = spawn(await envoyForTests(), [...this.#args, '--concurrency', '2', '--log-level', 'error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#child = child;
    await once(child, 'spawn');
  }

  /** What the readiness probe finds. */
  async isReady(): Promise<boolean> {
    return (await this.#get(this.#container.readinessProbe.httpGet).catch(() => 0)) === 200;
  }

  /** The answer of one of its own ports. */
  async ask(port: 'metrics' | 'ready' | 'drain', path: string): Promise<{ readonly status: number; readonly body: string }> {
    const number = this.#ports.get(port) ?? 0;
    return request(`http://127.0.0.1:${number}${path}`, { http: number, https: 0 });
  }

  /** As a kubelet ends a pod: the hook, then SIGTERM, and if that takes longer than the pod was given, SIGKILL. */
  async end(): Promise<'by itself' | 'killed'> {
    const child = this.#child;
    if (child === undefined) return 'by itself';
    const ended = once(child, 'exit');
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#graceSeconds * 1000);
    await this.#get(this.#container.lifecycle.preStop.httpGet);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(kill);
    return child.signalCode === 'SIGKILL' ? 'killed' : 'by itself';
  }

  remove(): void {
    this.#killAtExit();
    process.removeListener('exit', this.#killAtExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #get({ path, port, httpHeaders = [] }: HttpGet): Promise<number> {
    const number = this.#ports.get(port) ?? 0;
    const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
    return (await request(`http://127.0.0.1:${number}${path}`, { http: number, https: 0 }, { headers, fresh: true })).status;
  }

  #bootstrap({ objects, adsPort, edits = [] }: PodEnvoyOptions): Json {
    let text = find(objects, 'ConfigMap', 'naru-envoy-bootstrap').data?.['bootstrap.json'] ?? '';
    for (const [from, to] of [
      ...edits,
      ['/etc/naru/ads', join(this.#folder, 'ads')],
      ['/var/run/naru', join(this.#folder, 'run')],
    ] as const) {
      if (!text.includes(from)) throw new Error(`the bootstrap does not say ${from}`);
      text = text.replaceAll(from, to);
    }
    let tree = JSON.parse(text) as Json;
    const listeners = valueAt(tree, ['static_resources', 'listeners']) as readonly JsonObject[];
    for (const [name, port] of this.#ports) {
      const index = listeners.findIndex((listener) => listener['name'] === `naru_${name}`);
      const address = { socket_address: { address: '127.0.0.1', port_value: port } };
      tree = replaceAt(tree, ['static_resources', 'listeners', index, 'address'], address);
    }
    const ads = ['static_resources', 'clusters', 0];
    const endpoint = [...ads, 'load_assignment', 'endpoints', 0, 'lb_endpoints', 0, 'endpoint', 'address'];
    return replaceAt(
      replaceAt(tree, endpoint, { socket_address: { address: '127.0.0.1', port_value: adsPort } }),
      [...ads, 'type'],
      'STATIC',
    );
  }
}
