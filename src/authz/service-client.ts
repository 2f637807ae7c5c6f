import { Agent as HttpAgent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { guardedLookup, mayAsk } from './service-address.ts';

/** What a service has answered; its body says nothing. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface ServiceQuestion {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As nginx waits for a backend. */
const patienceMs = 60_000;
const connections = { keepAlive: true, maxSockets: 256, maxFreeSockets: 32, timeout: patienceMs };
/** A body beyond this ends the connection: nobody reads it. Bytes. */
const mostBody = 65_536;
const mostAtOnce = 2_000;

/** Asks authentication services over connections that are kept. */
export class ServiceClient {
  readonly #allowLoopback: boolean;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  #asking = 0;

  constructor({ allowLoopback }: { readonly allowLoopback: boolean }) {
    this.#allowLoopback = allowLoopback;
    const lookup = guardedLookup(allowLoopback);
    this.#http = new HttpAgent({ ...connections, lookup });
    // As ingress-nginx, which does not look at the certificate of a service.
    this.#https = new HttpsAgent({ ...connections, lookup, rejectUnauthorized: false });
  }

  stop(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** Rejects when there is no answer. */
  async ask({ url, method, headers }: ServiceQuestion): Promise<ServiceAnswer> {
    // The path as it is written: nothing is resolved or escaped that the service should see.
    const parts = /^(?<scheme>https?):\/\/(?<authority>[^/?#@\\]+)(?<path>(?:[/?][^#]*)?)(?:#.*)?$/i.exec(url)?.groups;
    if (parts === undefined) throw new Error('the URL has no host');
    const { hostname, port } = new URL(`${parts['scheme']}://${parts['authority']}`);
    const host = hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !mayAsk(host, this.#allowLoopback)) throw new Error(`${host} may not be asked`);
    if (this.#asking >= mostAtOnce) throw new Error('too many questions at once');
    const secure = parts['scheme']?.toLowerCase() === 'https';
    const path = parts['path'] === undefined || parts['path'] === '' ? '/' : parts['path'];
    const options = {
      ...{ host, path: path.startsWith('?') ? `/${path}` : path, method, headers: { ...headers, host: parts['authority'] ?? '' } },
      ...{ maxHeaderSize: mostBody, signal: AbortSignal.timeout(patienceMs) },
      ...(port === '' ? {} : { port }),
    };
    this.#asking++;
    try {
      return await answerTo(secure ? httpsRequest({ ...options, agent: this.#https }) : httpRequest({ ...options, agent: this.#http }));
    } finally {
      this.#asking--;
    }
  }
}

function answerTo(sent: ReturnType<typeof httpRequest>): Promise<ServiceAnswer> {
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBody) response.destroy();
      });
      response.on('error', () => {});
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    sent.end();
  });
}
