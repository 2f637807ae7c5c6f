import { createServer, type Server } from 'node:http';
import { portOf } from './listen.ts';

/** What a pod's container says of a request. */
export interface PodAnswer {
  readonly service: string;
  /** Tells pods apart. */
  readonly port: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly userAgent?: string;
}

/** What a pod's container does in tests: an HTTP server that says its name, and what it was asked. */
export class Pod {
  readonly name: string;
  readonly port: number;
  readonly #server: Server;

  private constructor(name: string, server: Server) {
    this.name = name;
    this.port = portOf(server);
    this.#server = server;
  }

  static async start(name: string, host = '127.0.0.1'): Promise<Pod> {
    const server = createServer((request, response) => {
      const { method = '', url: path = '', headers, socket } = request;
      const answer = { service: name, port: socket.localPort, method, host: headers.host, path, userAgent: headers['user-agent'] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
    // Longer than a proxy keeps idle connections. A server that closes first may do so when a request is on its way.
    server.keepAliveTimeout = 120_000;
    await new Promise<void>((resolve) => {
      server.listen(0, host, resolve);
    });
    return new Pod(name, server);
  }

  /** Closes connections on which no request is under way. */
  rest(): void {
    this.#server.closeIdleConnections();
  }

  /** As kubelet's SIGTERM does to a good server: answers what is under way, takes no new connections. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.rest();
      setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    });
  }
}
