import { createServer, type Server } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDefaultCertificate } from '../../../src/runtime/default-certificate.ts';
import type { ControlPlane } from '../../support/control-plane.ts';
import { freePort } from '../../support/local-address.ts';
import type { PodNetwork } from './pod-network.ts';
import { type PodObject, podPath } from './pod-object.ts';
import { PodProcess, programOf } from './pod-process.ts';
import type { Programs } from './programs.ts';

const nodeName = 'played-node';
const pauseMs = 200;

/** Stands for scheduler and kubelet: runs every Pod of the suite as a process in a network of its own, and gives out its log. Other Pods wait for ever. */
export class PlayedNode {
  readonly #control: ControlPlane;
  readonly #network: PodNetwork;
  readonly #programs: Programs;
  readonly #folder: string;
  readonly #pods = new Map<string, PodProcess | 'starting'>();
  #logs: Server | undefined;
  #stopped = false;

  constructor(control: ControlPlane, network: PodNetwork, programs: Programs, folder: string) {
    this.#control = control;
    this.#network = network;
    this.#programs = programs;
    this.#folder = folder;
  }

  /** Until it is stopped. */
  async play(): Promise<void> {
    await this.#join();
    while (!this.#stopped) {
      const { items } = (await this.#control.call('GET', '/api/v1/pods')) as { items: readonly PodObject[] };
      for (const pod of items) {
        const known = this.#pods.get(keyOf(pod));
        if (pod.metadata.deletionTimestamp !== undefined) await this.#end(pod);
        else if (known === undefined && programOf(pod, this.#programs) !== undefined) void this.#run(pod);
      }
      await delay(pauseMs);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#logs?.close();
    for (const pod of this.#pods.values()) if (pod !== 'starting') pod.stop();
    this.#pods.clear();
  }

  /** Makes the Node, with the place at which the API server asks for logs. */
  async #join(): Promise<void> {
    const { chain: cert, privateKey: key } = await makeDefaultCertificate();
    const host = this.#network.gateway;
    const port = await freePort(host);
    this.#logs = createServer({ cert, key }, ({ url = '/' }, response) => {
      const { pathname, searchParams } = new URL(url, 'https://node');
      const [, verb, namespace, name] = pathname.split('/');
      const pod = this.#pods.get(`${namespace}/${name}`);
      if (verb !== 'containerLogs' || pod === undefined || pod === 'starting') response.writeHead(404).end();
      else response.end(pod.logSince(Date.parse(searchParams.get('sinceTime') ?? '1970-01-01')));
    }).listen(port, host);
    await this.#control.makeNode(nodeName, [`InternalIP ${host}`]);
    const status = { daemonEndpoints: { kubeletEndpoint: { Port: port } } };
    await this.#control.call('PATCH', `/api/v1/nodes/${nodeName}/status`, { status });
  }

  async #run(pod: PodObject): Promise<void> {
    this.#pods.set(keyOf(pod), 'starting');
    try {
      const binding = { metadata: { name: pod.metadata.name }, target: { kind: 'Node', name: nodeName } };
      await this.#control.call('POST', `${podPath(pod)}/binding`, binding);
      const process = await PodProcess.start(pod, this.#network.add(), this.#programs, this.#control, this.#folder);
      this.#pods.set(keyOf(pod), process);
      const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True' }));
      const status = { phase: 'Running', podIP: process.address, podIPs: [{ ip: process.address }], conditions };
      await this.#control.call('PATCH', `${podPath(pod)}/status`, { status });
    } catch (error) {
      console.error(`the Pod ${keyOf(pod)} does not run:`, error);
    }
  }

  async #end(pod: PodObject): Promise<void> {
    const known = this.#pods.get(keyOf(pod));
    if (known === 'starting') return;
    this.#pods.delete(keyOf(pod));
    known?.stop();
    await this.#control.deletePod(pod.metadata.namespace, pod.metadata.name);
  }
}

function keyOf({ metadata }: PodObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}
