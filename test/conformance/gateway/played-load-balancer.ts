import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../../support/control-plane.ts';

const pauseMs = 200;

interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly type: string; readonly selector?: Readonly<Record<string, string>> };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

interface Pod {
  readonly metadata: {
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status?: { readonly podIP?: string };
}

/** Stands for a cloud: the address of a Service of type LoadBalancer is that of its first Pod, whose ports are the Service's own. */
export class PlayedLoadBalancer {
  readonly #control: ControlPlane;
  #stopped = false;

  constructor(control: ControlPlane) {
    this.#control = control;
  }

  /** Until it is stopped. */
  async play(): Promise<void> {
    while (!this.#stopped) {
      const { items: services } = (await this.#control.call('GET', '/api/v1/services')) as { items: readonly Service[] };
      const balanced = services.filter(({ spec }) => spec.type === 'LoadBalancer');
      const { items: pods } = (await this.#control.call('GET', '/api/v1/pods')) as { items: readonly Pod[] };
      for (const service of balanced) await this.#tell(service, pods);
      await delay(pauseMs);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #tell({ metadata, spec, status }: Service, pods: readonly Pod[]): Promise<void> {
    const selector = Object.entries(spec.selector ?? {});
    const isBehind = ({ metadata: own }: Pod): boolean =>
      own.namespace === metadata.namespace &&
      own.deletionTimestamp === undefined &&
      selector.every(([name, value]) => own.labels?.[name] === value);
    const ip = pods.filter(isBehind).find((pod) => pod.status?.podIP !== undefined)?.status?.podIP;
    if (ip === undefined || status?.loadBalancer?.ingress?.[0]?.ip === ip) return;
    const path = `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}/status`;
    // A Service that has just gone needs none.
    await this.#control.call('PATCH', path, { status: { loadBalancer: { ingress: [{ ip }] } } }).catch((error: unknown) => {
      if (!String(error).includes(': 404 ')) throw error;
    });
  }
}
