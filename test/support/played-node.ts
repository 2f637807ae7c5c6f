import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from './control-plane.ts';

interface ListedPod {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly podIP?: string };
}

const pauseMs = 50;
/** Ready for so long that nobody waits for a pod to prove itself. */
const readySince = '2020-01-01T00:00:00Z';

/** As if nodes ran whatever Deployments and DaemonSets make: their pods are ready at once, and gone at once. Nothing is in them. */
export class PlayedNode {
  readonly #control: ControlPlane;
  readonly #name: string;
  #stopped = false;
  #ended: Promise<void> = Promise.resolve();

  private constructor(control: ControlPlane, name: string) {
    this.#control = control;
    this.#name = name;
  }

  static async start(control: ControlPlane, name: string): Promise<PlayedNode> {
    await control.makeNode(name, [`InternalIP ${control.address}`]);
    // A new node is not ready.
    await control.call('PATCH', `/api/v1/nodes/${name}`, { spec: { taints: null } });
    const node = new PlayedNode(control, name);
    node.#ended = node.#play();
    // Told when it is stopped.
    node.#ended.catch(() => {});
    return node;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  async #play(): Promise<void> {
    while (!this.#stopped) {
      const { items } = (await this.#control.call('GET', '/api/v1/pods')) as { readonly items: readonly ListedPod[] };
      // A pod may be gone when its turn comes.
      await Promise.allSettled(items.map((pod) => this.#follow(pod)));
      await delay(pauseMs, undefined, { ref: false });
    }
  }

  async #follow({ metadata: { namespace, name, deletionTimestamp }, spec, status }: ListedPod): Promise<void> {
    if (deletionTimestamp !== undefined) return this.#control.deletePod(namespace, name);
    if (status.podIP !== undefined) return undefined;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    if (spec.nodeName === undefined)
      await this.#control.call('POST', `${path}/binding`, { metadata: { name }, target: { kind: 'Node', name: this.#name } });
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True', lastTransitionTime: readySince }));
    const podIP = this.#control.address;
    await this.#control.call('PATCH', `${path}/status`, { status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions } });
    return undefined;
  }
}
