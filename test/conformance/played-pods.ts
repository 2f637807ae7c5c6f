import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../support/control-plane.ts';

interface PodObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly {
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
      readonly ports?: readonly { readonly containerPort: number }[];
    }[];
  };
}

interface PlayedPod {
  readonly server: Server;
  readonly object: PodObject;
}

const pauseMs = 100;
const condition = (type: string) => ({ type, status: 'True' });

/**
 * Stands for scheduler and kubelet: runs each Pod, as an echo server of the suite at an address of its own.
 *
 * It also deletes the Ingresses of a namespace that ends. Since version 1.33 Kubernetes deletes its Pods first, and what else it has
 * many seconds later; the suite is older, and tries the next Ingress for the same hosts meanwhile, which would be the younger one.
 */
export class PlayedPods {
  readonly #control: ControlPlane;
  readonly #node: string;
  /** The next free address is made of it. */
  readonly #network: string;
  readonly #running = new Map<string, PlayedPod>();
  readonly #stopped = new AbortController();
  #count = 0;

  constructor(control: ControlPlane, node: string, network: string) {
    this.#control = control;
    this.#node = node;
    this.#network = network;
  }

  /** Until it is stopped. */
  async play(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const { items } = (await this.#control.call('GET', '/api/v1/pods')) as { items: readonly PodObject[] };
      const seen = new Set<string>();
      for (const pod of items) {
        seen.add(keyOf(pod));
        if (pod.metadata.deletionTimestamp !== undefined) await this.#end(pod);
        else if (!this.#running.has(keyOf(pod)) && pod.spec.nodeName === undefined) await this.#run(pod);
      }
      await this.#endNamespaces();
      for (const [key, { server }] of this.#running) if (!seen.has(key) && this.#running.delete(key)) server.close();
      await delay(pauseMs);
    }
  }

  stop(): void {
    this.#stopped.abort();
    for (const { server } of this.#running.values()) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #endNamespaces(): Promise<void> {
    const { items } = (await this.#control.call('GET', '/api/v1/namespaces')) as {
      items: readonly { readonly metadata: { readonly name: string }; readonly status: { readonly phase: string } }[];
    };
    for (const { metadata, status } of items) {
      if (status.phase !== 'Terminating') continue;
      await this.#control.call('DELETE', `/apis/networking.k8s.io/v1/namespaces/${metadata.name}/ingresses`);
    }
  }

  async #run(object: PodObject): Promise<void> {
    this.#count += 1;
    const podIP = `${this.#network}.${Math.floor(this.#count / 250)}.${(this.#count % 250) + 1}`;
    const [container] = object.spec.containers;
    const identity = {
      namespace: object.metadata.namespace,
      ingress: container?.env?.find(({ name }) => name === 'INGRESS_NAME')?.value,
      service: container?.env?.find(({ name }) => name === 'SERVICE_NAME')?.value,
      pod: object.metadata.name,
    };
    const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => echo(request, response, identity));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(container?.ports?.[0]?.containerPort ?? 0, podIP, resolve);
    });
    this.#running.set(keyOf(object), { server, object });
    const binding = { metadata: { name: object.metadata.name }, target: { kind: 'Node', name: this.#node } };
    await this.#control.call('POST', `${podPath(object)}/binding`, binding);
    const conditions = ['Initialized', 'ContainersReady', 'Ready'].map(condition);
    await this.#control.call('PATCH', `${podPath(object)}/status`, {
      status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions },
    });
  }

  async #end(object: PodObject): Promise<void> {
    const running = this.#running.get(keyOf(object));
    this.#running.delete(keyOf(object));
    await this.#control.deletePod(object.metadata.namespace, object.metadata.name);
    running?.server.close();
  }
}

/** Headers under the names that a server written in Go gives them. */
function echo(request: IncomingMessage, response: ServerResponse, identity: object): void {
  const { url: path, headers, method, httpVersion } = request;
  const seen = Object.entries(request.headersDistinct).map(([name, values]) => [
    name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
    values,
  ]);
  const body = { path, host: headers.host, method, proto: `HTTP/${httpVersion}`, headers: Object.fromEntries(seen) as object, ...identity };
  request.resume().once('end', () => {
    const text = JSON.stringify(body, null, 1);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
}

function keyOf({ metadata }: PodObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function podPath({ metadata }: PodObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}
