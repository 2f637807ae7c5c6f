import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as plainRequest, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { portOf } from './listen.ts';

/** What a request is in the life of a watch. */
export type Stage = 'first page' | 'next page' | 'streaming list' | 'watch';

export interface Strike {
  readonly on: Stage;
  readonly at:
    | 'before the headers'
    | 'after the headers'
    | 'half of the body'
    /** In a stream: before, within or after the first line that fits. */
    | { readonly line: RegExp; readonly part: 'before' | 'within' | 'after' };
  /** The connection breaks, or nothing is said on it any more. */
  readonly how: 'kill' | 'stall';
  /** The client is made to ask for a version that the server has forgotten. */
  readonly forgotten?: true;
}

/** Between a client and an API server, it reads what passes, and strikes once where it is told to. The client speaks plain HTTP. */
export class ApiProxy {
  /** Of every request that was one. */
  readonly stages: Stage[] = [];
  readonly #target: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #strike: Strike | undefined;
  #struck = (): void => {};

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((incoming, response) => void this.#pass(incoming, response).catch(() => response.destroy()));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(target: string): Promise<ApiProxy> {
    const proxy = new ApiProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** To be the same as with this kubeconfig, through the proxy. */
  async kubeconfig(file: string): Promise<string> {
    const config = JSON.parse(await readFile(file, 'utf8')) as { clusters: { cluster: object }[] };
    for (const one of config.clusters) one.cluster = { server: this.#url };
    const through = `${file}.${new URL(this.#url).port}`;
    await writeFile(through, JSON.stringify(config), { mode: 0o600 });
    return through;
  }

  get #url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /** Resolves when it has struck. */
  strike(strike: Strike): Promise<void> {
    this.#strike = strike;
    return new Promise((resolve) => (this.#struck = resolve));
  }

  /** Breaks every open connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.#target);
    const stage = stageOf(url);
    if (stage !== undefined) this.stages.push(stage);
    const strike = this.#strike?.on === stage ? this.#strike : undefined;
    if (strike?.forgotten === true) url.searchParams.set('resourceVersion', '1');
    if (strike?.at === 'before the headers') return this.#end(strike, response);
    const { request: send } = url.protocol === 'https:' ? { request } : { request: plainRequest };
    const sent = send(url, { method: incoming.method ?? 'GET', headers: incoming.headers, rejectUnauthorized: false });
    response.on('close', () => sent.destroy());
    incoming.pipe(sent);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 500, headers);
    response.flushHeaders();
    if (strike?.at === 'after the headers') return this.#end(strike, response);
    if (stage === 'watch' || stage === 'streaming list') return this.#passLines(answer, response, stage);
    const body = await buffer(answer);
    if (strike?.at !== 'half of the body') return void response.end(body);
    response.write(body.subarray(0, body.length / 2));
    this.#end(strike, response);
  }

  async #passLines(answer: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> {
    for await (const line of linesOf(answer)) {
      // It may have been told after the stream began.
      const strike = this.#strike?.on === stage ? this.#strike : undefined;
      const at = typeof strike?.at === 'object' && strike.at.line.test(line) ? strike.at : undefined;
      if (at?.part !== 'before') response.write(at?.part === 'within' ? line.slice(0, line.length / 2) : `${line}\n`);
      if (strike !== undefined && at !== undefined) return this.#end(strike, response);
    }
    response.end();
  }

  #end(strike: Strike, response: ServerResponse): void {
    this.#strike = undefined;
    // What was written before is on its way.
    if (strike.how === 'kill') setImmediate(() => response.destroy());
    this.#struck();
  }
}

async function* linesOf(answer: IncomingMessage): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function stageOf({ searchParams }: URL): Stage | undefined {
  if (searchParams.has('sendInitialEvents')) return 'streaming list';
  if (searchParams.has('watch')) return 'watch';
  if (searchParams.has('continue')) return 'next page';
  return searchParams.has('limit') ? 'first page' : undefined;
}
