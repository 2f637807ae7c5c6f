import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Which pod an echo server plays. */
export interface EchoIdentity {
  readonly service: string;
  readonly namespace: string;
  /** The Service's port. */
  readonly port: number;
  readonly pod: string;
}

export interface EchoServer {
  readonly port: number;
  /** Takes no new connections and leaves the open requests a moment to end. */
  close(): void;
}

const host = '127.0.0.1';
/** Longer than Envoy keeps idle connections: it should never send a request into a connection that is just being closed. */
const keepAliveMs = 120_000;
/** More than Envoy lets through. */
const maxHeaderSize = 128 * 1024;
const closeGraceMs = 1000;

/** An HTTP server on a free port that answers every request by telling what arrived. */
export async function startEchoServer(identity: EchoIdentity): Promise<EchoServer> {
  const answer: RequestListener = (request, response) => {
    // The answer waits for the whole body, or a client that is still sending would see its connection break.
    request.on('end', () => reply(identity, request, response));
    request.resume();
  };
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 0, maxHeaderSize }, answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function reply(identity: EchoIdentity, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url: path } = request;
  const body = `${JSON.stringify({ ...identity, host: headers.host, path, method, headers }, null, 2)}\n`;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function close(server: Server): void {
  const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs).unref();
  server.close(() => clearTimeout(cut));
}
