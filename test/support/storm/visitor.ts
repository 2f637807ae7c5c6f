import { Agent as HttpAgent } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { type Ports, request } from '../request.ts';

/** Somebody who keeps one connection to a host and asks over it again and again. */
export interface Visitor {
  readonly label: string;
  /** The address of the pod that answered. Throws when none did. */
  readonly ask: (path: string) => Promise<string>;
  /** What ended the connection that should have stayed, if anything did. */
  readonly drained: () => string | undefined;
  readonly close: () => void;
}

type Scheme = 'http' | 'https';

export function http1Visitor(scheme: Scheme, host: string, ports: Ports): Visitor {
  const agent = new (scheme === 'http' ? HttpAgent : HttpsAgent)({ keepAlive: true, maxSockets: 1 });
  let drained: string | undefined;
  let connections = 0;
  const open = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    if (++connections > 1) drained ??= 'the connection was closed';
    return open(...args);
  };
  const ask = async (path: string): Promise<string> => {
    const { status, body, headers } = await request(`${scheme}://${host}${path}`, ports, { agent });
    if (headers.connection === 'close') drained ??= 'connection: close';
    if (status !== 200) throw new Error(`${status} ${body}`);
    return body;
  };
  return { label: `HTTP/1.1 ${scheme}://${host}`, ask, drained: () => drained, close: () => agent.destroy() };
}

/** Goes on over a new connection when it is asked to leave the first, as clients do. */
export function http2Visitor(host: string, ports: Ports): Visitor {
  let drained: string | undefined;
  const sessions: ClientHttp2Session[] = [];
  let closing = false;
  const open = (): ClientHttp2Session => {
    const opened = connectHttp2(`https://127.0.0.1:${ports.https}`, { servername: host, rejectUnauthorized: false });
    const leave = (why: string): void => {
      if (closing) return;
      drained ??= why;
      if (session === opened) session = open();
    };
    opened.on('goaway', (code) => leave(`GOAWAY ${code}`));
    opened.on('error', (error) => leave(String(error)));
    opened.on('close', () => leave('the connection was closed'));
    sessions.push(opened);
    return opened;
  };
  let session = open();
  const ask = async (path: string): Promise<string> => {
    const stream = session.request({ ':authority': host, ':path': path });
    const status = new Promise<unknown>((resolve, reject) => {
      stream.once('response', (headers) => resolve(headers[constants.HTTP2_HEADER_STATUS]));
      stream.once('error', reject);
      stream.once('close', () => reject(new Error(`the stream was closed: ${stream.rstCode}`)));
    });
    const [code, body] = await Promise.all([status, text(stream)]);
    if (code !== 200) throw new Error(`${String(code)} ${body}`);
    return body;
  };
  const close = (): void => {
    closing = true;
    for (const opened of sessions) opened.destroy();
  };
  return { label: `HTTP/2 https://${host}`, ask, drained: () => drained, close };
}

/** Lines over an upgraded connection: to a proxy a WebSocket is bytes in both directions. */
export async function webSocketVisitor(scheme: Scheme, host: string, ports: Ports): Promise<Visitor> {
  const socket: Socket =
    scheme === 'http'
      ? connectTcp(ports.http, '127.0.0.1')
      : connectTls({ port: ports.https, host: '127.0.0.1', servername: host, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  let drained: string | undefined;
  let closing = false;
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next();
    return done === true ? undefined : value;
  };
  socket.on('error', (error) => (drained ??= String(error)));
  socket.once('close', () => {
    if (!closing) drained ??= 'the WebSocket was closed';
  });
  socket.write(`GET /socket HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n`);
  const status = await next();
  if (!status?.startsWith('HTTP/1.1 101')) throw new Error(`${host}: no WebSocket: ${status}`);
  for (let header = await next(); header !== ''; header = await next()) if (header === undefined) throw new Error(`${host}: closed`);
  let count = 0;
  const ask = async (): Promise<string> => {
    const message = `message ${count++}`;
    const answer = next();
    socket.write(`${message}\n`);
    const echoed = await answer;
    if (echoed !== message) throw new Error(`sent "${message}", heard "${echoed}"`);
    return '';
  };
  const close = (): void => {
    closing = true;
    socket.destroy();
  };
  return { label: `WebSocket ${scheme}://${host}`, ask, drained: () => drained, close };
}
