import { type ClientHttp2Session, connect } from 'node:http2';

const refused = 'h2: Stream closed with error code NGHTTP2_REFUSED_STREAM';

/** Sends requests over HTTP/2 with TLS, each over a connection that its server has not said to be leaving. */
export class Http2Client {
  readonly #url: string;
  readonly #host: string;
  #session: ClientHttp2Session | undefined;
  readonly #sessions: ClientHttp2Session[] = [];

  constructor(port: number, host: string) {
    this.#url = `https://127.0.0.1:${port}`;
    this.#host = host;
  }

  /**
   * What went wrong, or undefined. A request whose connection was closing before it was sent is sent over another one, as every client does:
   * https://www.rfc-editor.org/rfc/rfc9113#section-8.7
   */
  async get(path: string): Promise<string | undefined> {
    const session = this.#current();
    const outcome = await ask(session, path, this.#host);
    if (outcome !== refused) return outcome;
    if (this.#session === session) this.#session = undefined;
    return ask(this.#current(), path, this.#host);
  }

  /** How many connections it has opened. */
  get connections(): number {
    return this.#sessions.length;
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #current(): ClientHttp2Session {
    const known = this.#session;
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connect(this.#url, { servername: this.#host, rejectUnauthorized: false });
    this.#sessions.push(session);
    // Its requests hear of it, too.
    session.on('error', () => {});
    this.#session = session;
    return session;
  }
}

function ask(session: ClientHttp2Session, path: string, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stream = session.request({ ':path': path, ':authority': host });
    let status = 0;
    stream.on('response', (headers) => (status = Number(headers[':status'])));
    stream.on('error', (error) => resolve(`h2: ${error.message}`));
    stream.on('end', () => resolve(status === 200 ? undefined : `h2: ${status}`));
    stream.resume();
    stream.end();
  });
}
