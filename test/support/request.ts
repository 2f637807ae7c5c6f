import { request as httpRequest, type Agent, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** SHA-256 fingerprint of the certificate that was shown, for https. */
  readonly certificate?: string;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
}

export interface RequestDetails {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  /** What is sent along; absent: nothing. */
  readonly body?: string;
  /** Over a connection of its own, or it may take one to a listener that has been replaced. */
  readonly fresh?: true;
  /** Where the proxy is; default: 127.0.0.1. */
  readonly address?: string;
}

/** Requests a URL as it is written (no normalisation of the path), from the proxy on this machine that has these ports. */
export async function request(url: string, ports: Ports, details: RequestDetails = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, agent, body: sentBody, fresh, address = '127.0.0.1' } = details;
  const parts = /^(?<scheme>https?):\/\/(?<host>[^/?]*)(?<path>.*)$/.exec(url)?.groups;
  const host = parts?.['host'] ?? '';
  const path = parts?.['path'] ?? '';
  const options: RequestOptions = {
    host: address,
    method,
    path: path === '' ? '/' : path,
    headers: { host, ...headers },
    ...(agent === undefined ? {} : { agent }),
    ...(fresh === true ? { agent: false } : {}),
  };
  const secure = parts?.['scheme'] === 'https';
  const servername = host.replace(/:\d+$/, '');
  const sent = secure
    ? httpsRequest({ ...options, port: ports.https, servername, rejectUnauthorized: false })
    : httpRequest({ ...options, port: ports.http });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(sentBody);
  });
  // Taken now: a socket that is given back to its pool knows no certificate any more.
  const certificate = response.socket instanceof TLSSocket ? response.socket.getPeerCertificate().fingerprint256 : undefined;
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body, ...(certificate === undefined ? {} : { certificate }) };
}
