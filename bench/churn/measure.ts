import { setImmediate as turn } from 'node:timers/promises';
import { Subject } from 'rxjs';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import { ControlPlane } from '../../src/runtime/control-plane.ts';
import { fleetName } from '../ads/requests.ts';
import { batchEvents, ChangeMaker } from '../pass/changes.ts';
import { Certificates, firstEvents } from '../pass/objects.ts';
import { collectGarbage } from '../support/garbage.ts';
import { slope } from '../support/statistics.ts';
import { CountingClient } from './counting-client.ts';

export interface Plan {
  readonly ingresses: number;
  readonly events: number;
}

export interface Measured extends Plan {
  readonly passes: number;
  readonly snapshots: number;
  /** Resources that differ between each snapshot and the one before. */
  readonly changed: number;
  /** Resources that the client got, and removals that it was told. */
  readonly sent: number;
  readonly sentBytes: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  /** In use after a garbage collection: before the events, and after each twentieth of them. */
  readonly startMb: number;
  readonly heapMb: readonly number[];
  readonly rssMb: number;
  readonly bytesPerEvent: number;
}

const samples = 20;
/** Until what is kept of the past is full, such as the 256 contents that an Envoy may come back with: memory grows until then, and is bounded. */
const fillingBatches = 300;
const deadlineMs = 60_000;

/** A control plane with one client over gRPC, through which events go as through `naru serve`. */
class Plane {
  readonly #events = new Subject<KubeEvent>();
  readonly #controlPlane: ControlPlane;
  #client: CountingClient | undefined;
  #failure: unknown;
  passes = 0;
  snapshots = 0;
  changed = 0;

  constructor() {
    const onFailure = (error: unknown): void => void (this.#failure ??= error);
    this.#controlPlane = new ControlPlane({
      build: { fleet: fleetName, ingress: defaultIngressOptions, listen: { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 } },
      events: this.#events,
      ads: { host: '127.0.0.1', port: 0 },
      debug: { host: '127.0.0.1', port: 0 },
      version: 'bench',
      onPass: ({ snapshot }) => {
        this.passes += 1;
        this.snapshots += snapshot === undefined ? 0 : 1;
        this.changed += snapshot?.changes.length ?? 0;
      },
      onFailure,
    });
  }

  async start(events: readonly KubeEvent[]): Promise<CountingClient> {
    const { adsPort } = await this.#controlPlane.start();
    this.#client = new CountingClient(adsPort, (error) => void (this.#failure ??= error));
    await this.#take(events, 1);
    return this.#client;
  }

  /** Endpoints go apart from the rest, so that a batch of both makes two passes. */
  churn(events: readonly KubeEvent[]): Promise<void> {
    return this.#take(events, 2);
  }

  async stop(): Promise<void> {
    this.#client?.close();
    await this.#controlPlane.stop();
  }

  async #take(events: readonly KubeEvent[], passes: number): Promise<void> {
    const before = this.passes;
    for (const event of events) this.#events.next(event);
    const deadline = performance.now() + deadlineMs;
    // Waiting for turns keeps the processor busy, and finds the end at once.
    while (this.passes < before + passes || !this.#settled()) {
      if (this.#failure !== undefined) throw this.#failure;
      if (performance.now() > deadline) throw new Error(`a batch did not arrive within ${deadlineMs / 1000} s`);
      await turn();
    }
  }

  #settled(): boolean {
    const number = this.#controlPlane.build.current?.number;
    return number !== undefined && this.#controlPlane.ads.proxies().some(({ accepted }) => accepted === number);
  }
}

/** Events as one hour of them brings, as fast as they go through; wants a process to itself. */
export async function measure({ ingresses, events }: Plan): Promise<Measured> {
  const certificates = await Certificates.make();
  const plane = new Plane();
  const client = await plane.start(firstEvents(ingresses, certificates));
  // Each is changed many times, so that memory which grows is not that of objects touched for the first time.
  const maker = new ChangeMaker(ingresses, Math.min(ingresses, events / 20), certificates);
  const batches = Math.ceil(events / batchEvents / samples);
  for (let batch = 0; batch < fillingBatches; batch++) await plane.churn(maker.batch());
  await collectGarbage();
  const start = used();
  const before = { passes: plane.passes, snapshots: plane.snapshots, changed: plane.changed, sent: client.resources, bytes: client.bytes };
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const points: { readonly x: number; readonly y: number }[] = [];
  for (let sample = 1; sample <= samples; sample++) {
    for (let batch = 0; batch < batches; batch++) await plane.churn(maker.batch());
    await collectGarbage();
    points.push({ x: sample * batches * batchEvents, y: used() });
  }
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - begin;
  const rssMb = process.memoryUsage().rss / 1_048_576;
  await plane.stop();
  return {
    ingresses,
    events: samples * batches * batchEvents,
    passes: plane.passes - before.passes,
    snapshots: plane.snapshots - before.snapshots,
    changed: plane.changed - before.changed,
    sent: client.resources - before.sent,
    sentBytes: client.bytes - before.bytes,
    cpuMs: (user + system) / 1000,
    wallMs,
    startMb: start / 1_048_576,
    heapMb: points.map(({ y }) => y / 1_048_576),
    rssMb,
    bytesPerEvent: slope(points),
  };
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
