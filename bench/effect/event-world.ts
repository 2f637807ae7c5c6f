import { Subject } from 'rxjs';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { findEnvoy } from '../../src/dev/find-envoy.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import { isKind, kinds } from '../../src/kube/kinds.ts';
import { read } from '../../src/kube/read.ts';
import { ControlPlane } from '../../src/runtime/control-plane.ts';
import { makeDefaultCertificate } from '../../src/runtime/default-certificate.ts';
import { remove, synced, upsert } from '../../test/support/objects.ts';
import type { Raw } from './objects.ts';
import type { RouteKind } from './route-kind.ts';
import type { World } from './world.ts';

const address = '127.0.0.1';

/** As docs/operations.md says of 20,000 Ingresses. */
const maxHeapBytes = 4 * 2 ** 30;

/** The same without an API server, for more hosts than one could be told of in a minute: events go straight into the pipeline. */
export class EventWorld implements World {
  readonly ports: World['ports'];
  readonly kind: RouteKind;
  readonly naru = undefined;
  readonly address = address;
  readonly #loaded: KubeEvent[] = [];
  readonly #events = new Subject<KubeEvent>();
  readonly #controlPlane: ControlPlane;
  #envoy: EnvoyProcess | undefined;

  private constructor(kind: RouteKind, ports: World['ports'], controlPlane: (events: Subject<KubeEvent>) => ControlPlane) {
    this.kind = kind;
    this.ports = ports;
    this.#controlPlane = controlPlane(this.#events);
  }

  static async start(kind: RouteKind): Promise<EventWorld> {
    const ports = { http: await choosePort(0), https: await choosePort(0) };
    const own = { http: await choosePort(0), https: await choosePort(0) };
    const defaultCertificate = await makeDefaultCertificate();
    const listen = { address, httpPort: ports.http, httpsPort: ports.https, defaultCertificate };
    const world = new EventWorld(
      kind,
      kind.name === 'Ingress' ? ports : own,
      (events) =>
        new ControlPlane({
          build: { fleet: 'naru', ingress: defaultIngressOptions, listen },
          ads: { host: address, port: 0 },
          debug: { host: address, port: 0 },
          version: 'bench',
          events,
          onFailure: (error) => {
            throw error;
          },
        }),
    );
    await world.load(kind.common(own));
    return world;
  }

  get envoy(): EnvoyProcess {
    if (this.#envoy === undefined) throw new Error('Envoy has not begun');
    return this.#envoy;
  }

  async load(objects: readonly Raw[]): Promise<void> {
    this.#loaded.push(...objects.map((object) => upsert(objectOf(object))));
  }

  async begin(): Promise<void> {
    const found = await findEnvoy();
    if (!found.found) throw new Error(found.message);
    const { adsPort } = await this.#controlPlane.start();
    const bootstrap = { nodeId: 'node-1', adsAddress: { host: address, port: adsPort }, maxHeapBytes };
    this.#envoy = EnvoyProcess.start({ envoy: found.path, bootstrap });
    for (const event of [...this.#loaded, ...synced]) this.#events.next(event);
  }

  create(object: Raw): Promise<void> {
    return this.write(object);
  }

  async write(object: Raw): Promise<void> {
    this.#events.next(upsert(objectOf(object)));
  }

  async remove(object: Raw): Promise<void> {
    this.#events.next(remove(objectOf(object)));
  }

  async stop(): Promise<void> {
    await this.#envoy?.stop();
    await this.#controlPlane.stop();
  }
}

function objectOf(raw: Raw) {
  if (!isKind(raw.kind)) throw new Error(`nobody reads a ${raw.kind}`);
  const reading = read(raw.kind, { ...raw, metadata: { ...raw.metadata, namespace: kinds[raw.kind].namespaced ? 'shop' : undefined } });
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('; '));
  return reading.object;
}
