import { type ChildProcess, spawn } from 'node:child_process';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { eventually } from './eventually.ts';
import { type Answer, type Ports, request, type RequestDetails } from './request.ts';

interface DebugSnapshots {
  readonly fleets: readonly { readonly name: string; readonly version: number; readonly hash: string; readonly cause: string }[];
}

interface DebugProxies {
  readonly proxies: readonly {
    readonly id: string;
    readonly acceptedVersion: number;
    readonly types: Readonly<Record<string, { readonly acknowledged: number; readonly refused: unknown }>>;
  }[];
}

interface ServedOptions {
  /** Another Envoy than the usual one. */
  readonly binary?: string;
  /** Where the debug endpoint listens. */
  readonly debugHost?: string;
  /** What Node runs. */
  readonly program?: string;
  /** Of the Envoy. */
  readonly nodeId?: string;
}

/** `naru serve` in a process of its own against a real API server, with a real Envoy beside it. */
export class Served {
  readonly ports: Ports & { readonly ads: number; readonly debug: number };
  readonly #begin: () => ChildProcess;
  #naru: ChildProcess;
  readonly #envoy: EnvoyProcess;
  readonly #log: string[];

  private constructor(parts: { ports: Served['ports']; begin: () => ChildProcess; startEnvoy: () => EnvoyProcess; log: string[] }) {
    this.ports = parts.ports;
    this.#begin = parts.begin;
    this.#naru = parts.begin();
    this.#envoy = parts.startEnvoy();
    this.#log = parts.log;
  }

  static async start(kubeconfig: string, flags: readonly string[] = [], options: ServedOptions = {}): Promise<Served> {
    const { binary, debugHost = '127.0.0.1', program = 'src/main.ts', nodeId = 'node-1' } = options;
    const envoyPath = binary ?? (await envoyForTests());
    const [http, https, ads, debug] = await Promise.all([choosePort(0), choosePort(0), choosePort(0), choosePort(0)]);
    const addresses = ['--ads-address', `127.0.0.1:${ads}`, '--debug-address', `${debugHost}:${debug}`, '--listen-address', '127.0.0.1'];
    const ports = ['--http-port', String(http), '--https-port', String(https)];
    const log: string[] = [];
    const begin = (): ChildProcess => {
      const naru = spawn(process.execPath, [program, 'serve', '--kubeconfig', kubeconfig, ...addresses, ...ports, ...flags], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [naru.stdout, naru.stderr]) stream.on('data', (chunk: Buffer) => log.push(chunk.toString('utf8')));
      return naru;
    };
    const bootstrap = { nodeId, adsAddress: { host: '127.0.0.1', port: ads } };
    const startEnvoy = (): EnvoyProcess => EnvoyProcess.start({ envoy: envoyPath, bootstrap });
    return new Served({ ports: { http, https, ads, debug }, begin, startEnvoy, log });
  }

  get(url: string, details?: RequestDetails): Promise<Answer> {
    return request(url, this.ports, details);
  }

  async snapshots(): Promise<DebugSnapshots['fleets'][number]> {
    const { fleets } = (await this.debug('/debug/snapshots')) as DebugSnapshots;
    const [fleet] = fleets;
    if (fleet === undefined) throw new Error('there is no fleet');
    return fleet;
  }

  async proxies(): Promise<DebugProxies['proxies']> {
    return ((await this.debug('/debug/proxies')) as DebugProxies).proxies;
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number | undefined> {
    const { body } = await request(`http://127.0.0.1:${this.ports.debug}/metrics`, { http: this.ports.debug, https: 0 });
    const line = body.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length));
  }

  /** Resolves when Envoy has accepted a snapshot newer than this one; with its number. A busy machine takes its time to start Naru. */
  async accepted(after: number): Promise<number> {
    const accepted = async (): Promise<number | undefined> => {
      const { version } = await this.snapshots();
      const [proxy] = await this.proxies();
      return version > after && proxy?.acceptedVersion === version ? version : undefined;
    };
    return eventually(`Envoy accepts a snapshot after ${after}\n${this.log}`, accepted, { deadlineMs: 40_000 });
  }

  get log(): string {
    return this.#log.join('');
  }

  /** Envoy's counters whose names match. */
  async stats(filter: string): Promise<string> {
    return (await this.#envoy.adminRequest(`/stats?filter=${encodeURIComponent(filter)}`)).body;
  }

  /** Of the process that Naru is. */
  get pid(): number | undefined {
    return this.#naru.pid;
  }

  get envoy(): EnvoyProcess {
    return this.#envoy;
  }

  /** Stops Envoy where it is, or lets it go on. */
  signalEnvoy(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#envoy.pid === undefined) throw new Error('Envoy is down');
    process.kill(this.#envoy.pid, signal);
  }

  /** Naru vanishes without a word, as with its node; Envoy stays. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#naru.once('exit', resolve));
    this.#naru.kill('SIGKILL');
    await ended;
  }

  /** Naru is killed and started again; Envoy stays. */
  async restart(): Promise<void> {
    await this.kill();
    this.#naru = this.#begin();
  }

  async stop(): Promise<void> {
    await this.#envoy.stop();
    if (this.#naru.exitCode !== null || this.#naru.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#naru.once('exit', resolve));
    this.#naru.kill('SIGTERM');
    await ended;
  }

  /** What the debug endpoint says. */
  async debug(path: string): Promise<unknown> {
    const answer = await request(`http://127.0.0.1:${this.ports.debug}${path}`, { http: this.ports.debug, https: 0 });
    return JSON.parse(answer.body) as unknown;
  }
}
