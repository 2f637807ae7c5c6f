import { objectKey } from '../kube/event.ts';
import type { EndpointSlice, Service, ServicePort } from '../kube/objects.ts';
import { type EchoServer, startEchoServer } from './echo-server.ts';

interface PodPort {
  readonly pod: string;
  readonly port: ServicePort;
}

/**
 * The echo pods of one Service: an HTTP server for each pod and port. Servers stay where they are as long as their port
 * is wanted.
 */
export class EchoPods {
  readonly #servers = new Map<string, EchoServer>();
  readonly #unwanted: EchoServer[] = [];
  #slices: ReadonlyMap<string, EndpointSlice> = new Map();

  /** The slices that were last made, by key. */
  get slices(): ReadonlyMap<string, EndpointSlice> {
    return this.#slices;
  }

  /** Makes the pods what this Service wants. Servers that are not wanted any more answer until `closeUnwanted`. */
  async update(service: Service, pods: number): Promise<void> {
    const names = Array.from({ length: pods }, (_, index) => `${service.metadata.name}-echo-${index + 1}`);
    const wanted = names.flatMap((pod) => tcpPorts(service).map((port): PodPort => ({ pod, port })));
    const ids = new Set(wanted.map(idOf));
    for (const [id, server] of this.#servers) {
      if (ids.has(id)) continue;
      this.#servers.delete(id);
      this.#unwanted.push(server);
    }
    for (const { pod, port } of wanted) {
      const id = idOf({ pod, port });
      const { name, namespace } = service.metadata;
      if (!this.#servers.has(id)) this.#servers.set(id, await startEchoServer({ service: name, namespace, port: port.port, pod }));
    }
    this.#slices = new Map(names.map((pod) => [objectKey(service.metadata.namespace, pod), this.#slice(service, pod)]));
  }

  closeUnwanted(): void {
    for (const server of this.#unwanted.splice(0)) server.close();
  }

  closeAll(): void {
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
    this.closeUnwanted();
  }

  #slice(service: Service, pod: string): EndpointSlice {
    const { name, namespace } = service.metadata;
    const ports = tcpPorts(service).flatMap((port) => {
      const server = this.#servers.get(idOf({ pod, port }));
      return server === undefined ? [] : [{ name: port.name, port: server.port, protocol: 'TCP' }];
    });
    return {
      kind: 'EndpointSlice',
      metadata: { name: pod, namespace, labels: { 'kubernetes.io/service-name': name }, annotations: {} },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'], ready: true, serving: true, terminating: false }],
      ports,
    };
  }
}

/** Whether a Service without endpoints gets echo pods: what is elsewhere, or is no HTTP, does not. */
export function canEcho(service: Service): boolean {
  return service.spec.type !== 'ExternalName' && tcpPorts(service).length > 0;
}

function tcpPorts(service: Service): readonly ServicePort[] {
  return service.spec.ports.filter(({ protocol }) => protocol === 'TCP');
}

function idOf({ pod, port }: PodPort): string {
  return `${pod} ${port.port}`;
}
