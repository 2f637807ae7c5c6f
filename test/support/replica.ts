import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { choosePort } from '../../src/dev/ports.ts';
import { eventually } from './eventually.ts';
import { request } from './request.ts';

export interface ReplicaOptions {
  readonly kubeconfig: string;
  readonly flags: readonly string[];
  readonly adsPort?: number;
}

interface Snapshots {
  readonly version: number;
  readonly hash: string;
  readonly cause: string;
}

interface Proxy {
  readonly id: string;
  readonly acceptedVersion: number;
  readonly types: Readonly<Record<string, { readonly subscribed: boolean }>>;
}

/** `naru serve` alone, in a process that can be killed and started again at the same place. */
export class Replica {
  readonly adsPort: number;
  readonly #debugPort: number;
  readonly #options: ReplicaOptions;
  #child: ChildProcess | undefined;
  #log = '';

  private constructor(options: ReplicaOptions, adsPort: number, debugPort: number) {
    this.#options = options;
    this.adsPort = adsPort;
    this.#debugPort = debugPort;
  }

  static async start(options: ReplicaOptions): Promise<Replica> {
    const replica = new Replica(options, await choosePort(options.adsPort ?? 0), await choosePort(0));
    replica.start();
    return replica;
  }

  /** Also after its end. Its log begins anew. */
  start(): void {
    const { kubeconfig, flags } = this.#options;
    const addresses = ['--ads-address', `127.0.0.1:${this.adsPort}`, '--debug-address', `127.0.0.1:${this.#debugPort}`];
    const args = ['src/main.ts', 'serve', '--kubeconfig', kubeconfig, '--listen-address', '127.0.0.1', ...addresses, ...flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.#log += chunk.toString('utf8')));
    this.#child = child;
  }

  /** Everything that it has said since it was started. */
  get log(): string {
    return this.#log;
  }

  async snapshot(): Promise<Snapshots> {
    const { fleets } = JSON.parse(await this.get('/debug/snapshots')) as { fleets: readonly Snapshots[] };
    const [fleet] = fleets;
    if (fleet === undefined) throw new Error('there is no fleet');
    return fleet;
  }

  async proxies(): Promise<readonly Proxy[]> {
    return (JSON.parse(await this.get('/debug/proxies')) as { proxies: readonly Proxy[] }).proxies;
  }

  /** How many responses Envoys have answered since it was started, by `TYPE RESULT`; those of which there were none left out. */
  async answers(): Promise<Readonly<Record<string, number>>> {
    const lines = (await this.get('/metrics')).matchAll(/^naru_xds_responses_total\{type="(\w+)",result="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries(
      [...lines].flatMap(([, type, result, count]) => (count === '0' ? [] : [[`${type} ${result}`, Number(count)]])),
    );
  }

  async get(path: string): Promise<string> {
    return (await request(`http://127.0.0.1:${this.#debugPort}${path}`, { http: this.#debugPort, https: 0 })).body;
  }

  /** Resolves when so many Envoys run its newest snapshot, which is newer than `after`. */
  async accepted(after = 0, envoys = 1): Promise<number> {
    return eventually(
      `${envoys} Envoys accept a snapshot after ${after}`,
      async () => {
        const { version } = await this.snapshot();
        const proxies = await this.proxies();
        const all = proxies.length === envoys && proxies.every(({ acceptedVersion }) => acceptedVersion === version);
        return version > after && all ? version : undefined;
      },
      { deadlineMs: 20_000 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.#log}`, { cause: error });
    });
  }

  /** Resolves when so many Envoys run a snapshot in which no endpoint has this port. */
  async leftOut(port: number, envoys = 1): Promise<void> {
    await eventually(`no endpoint has the port ${port}`, async () => ((await this.#hasEndpoint(port)) ? undefined : true));
    await this.accepted(0, envoys);
  }

  /** Resolves when Naru knows an endpoint with this port, which Kubernetes tells some time after the pod is ready. */
  async takesIn(port: number): Promise<void> {
    await eventually(`an endpoint has the port ${port}`, async () => ((await this.#hasEndpoint(port)) ? true : undefined));
  }

  async #hasEndpoint(port: number): Promise<boolean> {
    return (await this.get('/debug/xds/endpoints')).includes(`"port_value": ${port}`);
  }

  /** Takes all processor time from it, as a debugger or a starved machine would, until `resume`. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** By SIGKILL, or as Kubernetes asks a pod to stop. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
