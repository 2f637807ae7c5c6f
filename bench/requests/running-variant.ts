import { readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { AdsServer } from '../../src/ads/server.ts';
import { Fleet } from '../../src/ads/fleet.ts';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { choosePort } from '../../src/dev/ports.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { request } from '../../test/support/request.ts';
import type { Variant } from './variants.ts';

const address = '127.0.0.1';

interface Load {
  readonly host: string;
  readonly requests: number;
  /** How many are under way at a time. */
  readonly atOnce: number;
}

/** An Envoy of its own that runs one snapshot. */
export class RunningVariant {
  readonly name: Variant;
  readonly #port: number;
  readonly #server: AdsServer;
  readonly #envoy: EnvoyProcess;

  private constructor(parts: { readonly name: Variant; readonly port: number; readonly server: AdsServer; readonly envoy: EnvoyProcess }) {
    this.name = parts.name;
    this.#port = parts.port;
    this.#server = parts.server;
    this.#envoy = parts.envoy;
  }

  /** `envoy`: how it is started; default: as it is. */
  static async start(name: Variant, snapshotAt: (port: number) => Snapshot, envoy?: string): Promise<RunningVariant> {
    const path = envoy ?? (await envoyPath());
    const port = await choosePort(0);
    const fleet = new Fleet('naru');
    const server = new AdsServer({ fleets: [fleet], host: address, port: 0, log: (line) => console.error(`${name}: ${line}`) });
    const { port: adsPort } = await server.start();
    const accepted = new Promise<void>((resolve) => server.accepted.subscribe(() => resolve()));
    fleet.publish(snapshotAt(port));
    const bootstrap = { nodeId: 'node-1', adsAddress: { host: address, port: adsPort } };
    const running = EnvoyProcess.start({ envoy: path, bootstrap });
    await accepted;
    return new RunningVariant({ name, port, server, envoy: running });
  }

  get pid(): number | undefined {
    return this.#envoy.pid;
  }

  /** Of all its threads since it began. https://docs.kernel.org/scheduler/sched-stats.html */
  cpuUs(): number {
    const tasks = `/proc/${this.#envoy.pid}/task`;
    const onCpu = (task: string): number => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ', 1)[0]);
    return readdirSync(tasks).reduce((sum, task) => sum + onCpu(task), 0) / 1_000;
  }

  async ask({ host, requests, atOnce }: Load): Promise<void> {
    // What idles between two turns may be closed by then.
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    let left = requests;
    const one = async (): Promise<void> => {
      while (left-- > 0) {
        const { status } = await request(`http://${host}/`, { http: this.#port, https: 0 }, { agent });
        if (status !== 200) throw new Error(`${this.name}: ${status}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one)).finally(() => agent.destroy());
  }

  async stop(): Promise<void> {
    await this.#envoy.stop();
    await this.#server.stop();
  }
}

/** Of the Envoy that Naru is tested with. */
export async function envoyPath(): Promise<string> {
  const found = await findEnvoy();
  if (!found.found) throw new Error(found.message);
  return found.path;
}
