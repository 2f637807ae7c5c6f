import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { choosePort } from '../../src/dev/ports.ts';

export interface Target {
  readonly port: number;
  /** Asked again and again; new connections go where it was true. */
  readonly isReady: () => Promise<boolean>;
}

/** A load balancer of layer 4: it asks its targets whether they are ready, and leaves connections that are open alone. */
export class Balancer {
  readonly port: number;
  readonly #targets: readonly Target[];
  readonly #ready = new Set<Target>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;
  #closed = false;

  private constructor(port: number, targets: readonly Target[]) {
    this.port = port;
    this.#targets = targets;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#carry(client));
  }

  static async start(targets: readonly Target[]): Promise<Balancer> {
    const balancer = new Balancer(await choosePort(0), targets);
    balancer.#server.listen(balancer.port, '127.0.0.1');
    await once(balancer.#server, 'listening');
    for (const target of targets) void balancer.#follow(target);
    return balancer;
  }

  /** How many targets get new connections. */
  get ready(): number {
    return this.#ready.size;
  }

  close(): void {
    this.#closed = true;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #follow(target: Target): Promise<void> {
    while (!this.#closed) {
      if (await target.isReady()) this.#ready.add(target);
      else this.#ready.delete(target);
      await new Promise((resolve) => {
        setTimeout(resolve, 50).unref();
      });
    }
  }

  #carry(client: Socket): void {
    const ready = this.#targets.filter((target) => this.#ready.has(target));
    const target = ready[this.#next++ % Math.max(ready.length, 1)];
    if (target === undefined) {
      client.destroy();
      return;
    }
    const server = connect({ port: target.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => this.#sockets.delete(from));
      from.pipe(to);
    }
  }
}
