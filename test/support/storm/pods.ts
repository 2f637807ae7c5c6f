import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { portOf } from '../listen.ts';

/**
 * Every pod of a storm: one server that takes a whole range of loopback addresses, so that a pod is an address.
 * It answers with the address that was asked, and echoes what comes over a WebSocket.
 */
export class Pods {
  readonly port: number;
  readonly #server: Server;
  readonly #upgraded = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = portOf(server);
    server.on('upgrade', (_, socket: Socket) => {
      this.#upgraded.add(socket);
      socket.once('close', () => this.#upgraded.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
      socket.pipe(socket);
    });
  }

  static async start(): Promise<Pods> {
    const server = createServer((request, response) => {
      request.resume();
      response.end(request.socket.localAddress);
    });
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => {
      server.listen(0, '0.0.0.0', resolve);
    });
    return new Pods(server);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#upgraded) socket.destroy();
    this.#server.closeAllConnections();
    await closed;
  }
}
