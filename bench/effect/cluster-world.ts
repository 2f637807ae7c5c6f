import { execFileSync } from 'node:child_process';
import { type ControlPlane, startControlPlane } from '../../test/support/control-plane.ts';
import { Served } from '../../test/support/serve.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { installGatewayApi } from '../../test/support/gateway-definitions.ts';
import type { Ports } from '../../test/support/request.ts';
import { collections, type Raw } from './objects.ts';
import type { RouteKind } from './route-kind.ts';
import type { World } from './world.ts';

/** Writes under way at once while a world is loaded. */
const writers = 8;

/** `naru serve` beside a real API server and a real Envoy, each in a process of its own. */
export class ClusterWorld implements World {
  readonly #control: ControlPlane;
  readonly #namespace: string;
  readonly kind: RouteKind;
  /** Of a Gateway. */
  readonly #own: Ports;
  #served: Served | undefined;

  private constructor(control: ControlPlane, namespace: string, kind: RouteKind, own: Ports) {
    this.#control = control;
    this.#namespace = namespace;
    this.kind = kind;
    this.#own = own;
  }

  static async start(kind: RouteKind): Promise<ClusterWorld> {
    // As it is installed: to take the types out of the sources at each start is work that users do not pay for.
    execFileSync(process.execPath, ['scripts/build.ts']);
    const control = await startControlPlane();
    if (kind.name === 'HTTPRoute') await installGatewayApi(control, 'standard');
    const own = { http: await choosePort(0), https: await choosePort(0) };
    const world = new ClusterWorld(control, await control.createNamespace('effect'), kind, own);
    await world.load(kind.common(own));
    return world;
  }

  get #running(): Served {
    if (this.#served === undefined) throw new Error('Naru has not begun');
    return this.#served;
  }

  get ports(): World['ports'] {
    return this.kind.name === 'Ingress' ? this.#running.ports : this.#own;
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
        await this.create(object);
      }
    };
    await Promise.all(Array.from({ length: writers }, write));
  }

  async begin(): Promise<void> {
    const flags = ['--publish-status=never', '--events=false'];
    this.#served = await Served.start(this.#control.kubeconfig, flags, { program: 'dist/src/main.js' });
  }

  async end(): Promise<void> {
    await this.#running.stop();
    this.#served = undefined;
  }

  async restart(): Promise<void> {
    await this.#running.restart();
    await this.#running.accepted(0);
  }

  async create(object: Raw): Promise<void> {
    await this.#control.call('POST', this.#path(object), object);
  }

  async write(object: Raw): Promise<void> {
    await this.#control.call('PATCH', `${this.#path(object)}/${object.metadata.name}`, object);
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
