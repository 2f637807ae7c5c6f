import { execFileSync } from 'node:child_process';
import { type ControlPlane, startControlPlane } from '../../test/support/control-plane.ts';
import { Served } from '../../test/support/serve.ts';
import { collections, naruClass, type Raw } from './objects.ts';
import type { World } from './world.ts';

/** Writes under way at once while a world is loaded. */
const writers = 8;

/** `naru serve` beside a real API server and a real Envoy, each in a process of its own. */
export class ClusterWorld implements World {
  readonly #control: ControlPlane;
  readonly #namespace: string;
  #served: Served | undefined;

  private constructor(control: ControlPlane, namespace: string) {
    this.#control = control;
    this.#namespace = namespace;
  }

  static async start(): Promise<ClusterWorld> {
    // As it is installed: to take the types out of the sources at each start is work that users do not pay for.
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
    const control = await startControlPlane();
    await control.call('POST', '/apis/networking.k8s.io/v1/ingressclasses', naruClass);
    return new ClusterWorld(control, await control.createNamespace('effect'));
  }

  get #running(): Served {
    if (this.#served === undefined) throw new Error('Naru has not begun');
    return this.#served;
  }

  get ports(): World['ports'] {
    return this.#running.ports;
  }

  get envoy(): World['envoy'] {
    return this.#running.envoy;
  }

  get naru(): number | undefined {
    return this.#running.pid;
  }

  get address(): string {
    return this.#control.address;
  }

  async load(objects: readonly Raw[]): Promise<void> {
    const left = objects.toReversed();
    const write = async (): Promise<void> => {
      for (let object = left.pop(); object !== undefined; object = left.pop()) {
        await this.#control.call('POST', this.#path(object), object);
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
  }

  async begin(): Promise<void> {
    const flags = ['--publish-status=never', '--events=false'];
    this.#served = await Served.start(this.#control.kubeconfig, flags, { program: 'dist/src/main.js' });
  }

  async restart(): Promise<void> {
    await this.#running.restart();
    await this.#running.accepted(0);
  }

  async write(object: Raw): Promise<void> {
    await this.#control.call('PATCH', `${this.#path(object)}/${object.metadata.name}`, object).catch(async (error: unknown) => {
      if (!String(error).includes(': 404 ')) throw error;
      await this.#control.call('POST', this.#path(object), object);
    });
  }

  async remove(object: Raw): Promise<void> {
    await this.#control.call('DELETE', `${this.#path(object)}/${object.metadata.name}`);
  }

  async stop(): Promise<void> {
    await this.#served?.stop();
    await this.#control.stop();
  }

  #path({ kind }: Raw): string {
    return (collections[kind] ?? '').replace('NAMESPACE', this.#namespace);
  }
}
