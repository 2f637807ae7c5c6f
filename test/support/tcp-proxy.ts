import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** What a network does to what passes through it, in both directions. */
export interface Conditions {
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

/** A network between a client and a server that can be slow, break, go away, or lead elsewhere. */
export class TcpProxy {
  readonly port: number;
  /** Read for each new connection. */
  targetPort: number;
  /** Read for each piece that passes. */
  conditions: Conditions = {};
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  /** It listens on 127.0.0.1, and leads there. */
  private constructor(port: number, targetPort: number) {
    this.port = port;
    this.targetPort = targetPort;
  }

  static async start(port: number, targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, targetPort);
    await proxy.open();
    return proxy;
  }

  /** Takes connections again. */
  async open(): Promise<void> {
    this.#server = createServer((client) => this.#carry(client)).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Breaks what is open; new connections are refused. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }

  /** Breaks every connection in the middle of what it carries; gives back how many there were. */
  cut(): number {
    const broken = this.#sockets.size / 2;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    return broken;
  }

  #carry(client: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(this.#line()).pipe(to);
    }
  }

  #line(): Transform {
    const pass = async (chunk: Buffer, done: TransformCallback): Promise<void> => {
      const { delayMs = 0, bytesPerSecond = Infinity } = this.conditions;
      const ms = delayMs + (chunk.length / bytesPerSecond) * 1000;
      if (ms > 0) await delay(ms, undefined, { ref: false });
      done(null, chunk);
    };
    return new Transform({ transform: (chunk: Buffer, _, done) => void pass(chunk, done) });
  }
}
