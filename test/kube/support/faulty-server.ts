import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Connection } from '../../../src/kube/connection.ts';
import { portOf } from '../../support/listen.ts';

/** What goes wrong, once, with the next request or watch that it fits. */
export type Fault =
  | { readonly at: 'list' | 'continue' | 'watch'; readonly status: number; readonly retryAfter?: number }
  /** In a streaming list: after its objects and before its end, or right after that. */
  | { readonly at: 'stream list'; readonly cut: 'before the end' | 'after the end' }
  /** In an open watch, right away. */
  | { readonly at: 'stream'; readonly send: 'gone' | 'garbage' | 'cut' | 'cut-in-line' | 'end' | 'repeat' | 'bookmark' | 'split' }
  /** The server forgets what happened until now, as after a compaction. */
  | { readonly at: 'history' };

interface Stored {
  readonly name: string;
  readonly version: number;
  readonly port: unknown;
}

interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
  readonly version: number;
}

/** Speaks list and watch of Services over HTTP, and goes wrong when it is told to. */
export class FaultyServer {
  readonly requests: URL[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** What it can do with a list that is asked for as a stream. */
  streams: 'yes' | 'refused' | 'unheard of' = 'yes';
  readonly #server: Server;
  readonly #objects = new Map<string, Stored>();
  readonly #streams = new Set<ServerResponse>();
  #history: Change[] = [];
  #oldest = 0;
  #version = 1;
  #faults: Fault[] = [];
  #lists = new Map<string, readonly Stored[]>();
  #lastLine = '';

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return portOf(this.#server);
  }

  get connection(): Connection {
    const server = `http://127.0.0.1:${this.port}`;
    return { server, description: 'the test', requestOptions: async () => ({}), reload: async () => {} };
  }

  get watches(): number {
    return this.#streams.size;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(name: string, port: unknown = 80): void {
    this.#version += 1;
    const type = this.#objects.has(name) ? 'MODIFIED' : 'ADDED';
    const stored = { name, port, version: this.#version };
    this.#objects.set(name, stored);
    this.#tell({ type, object: objectOf(stored), version: this.#version });
  }

  delete(name: string): void {
    const stored = this.#objects.get(name);
    if (stored === undefined) return;
    this.#version += 1;
    this.#objects.delete(name);
    this.#tell({ type: 'DELETED', object: objectOf({ ...stored, version: this.#version }), version: this.#version });
  }

  fail(fault: Fault): void {
    if (fault.at === 'history') {
      this.#oldest = this.#version;
      this.#history = [];
    } else if (fault.at === 'stream') {
      for (const stream of this.#streams) this.#disturb(stream, fault.send);
    } else this.#faults.push(fault);
  }

  /** What a client should know: name and port of each valid object. */
  contents(): ReadonlyMap<string, unknown> {
    const valid = [...this.#objects.values()].filter(({ port }) => typeof port === 'number' && port > 0 && port < 65536);
    return new Map(valid.map(({ name, port }) => [`Service shop/${name}`, port]));
  }

  #tell(change: Change): void {
    this.#history.push(change);
    for (const stream of this.#streams) this.#write(stream, change);
  }

  #write(stream: ServerResponse, { type, object }: Pick<Change, 'object'> & { type: string }): void {
    this.#lastLine = `${JSON.stringify({ type, object })}\n`;
    stream.write(this.#lastLine);
  }

  #disturb(stream: ServerResponse, send: Extract<Fault, { at: 'stream' }>['send']): void {
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version), annotations: { word: 'ü→€' } } } };
    switch (send) {
      case 'gone':
        this.#write(stream, { type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } });
        return;
      case 'garbage':
        stream.write('<html>{\n');
        return;
      case 'cut':
        this.#streams.delete(stream);
        stream.destroy();
        return;
      case 'cut-in-line':
        this.#streams.delete(stream);
        stream.write(this.#lastLine.slice(0, 30), () => stream.destroy());
        return;
      case 'end':
        this.#streams.delete(stream);
        stream.end();
        return;
      case 'repeat':
        stream.write(this.#lastLine);
        return;
      case 'bookmark':
        this.#write(stream, bookmark);
        return;
      case 'split':
        for (const byte of Buffer.from(`${JSON.stringify(bookmark)}\n`)) stream.write(Buffer.from([byte]));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    this.requests.push(url);
    this.authorizations.push(request.headers.authorization);
    const watching = url.searchParams.get('watch') === 'true';
    const streaming = url.searchParams.has('sendInitialEvents');
    const stages = streaming
      ? ['list', 'stream list']
      : watching
        ? ['watch']
        : url.searchParams.has('continue')
          ? ['list', 'continue']
          : ['list'];
    const index = this.#faults.findIndex(({ at }) => stages.includes(at));
    const [fault] = index === -1 ? [] : this.#faults.splice(index, 1);
    if (fault !== undefined && 'status' in fault) refuse(response, fault.status, fault.retryAfter);
    else if (streaming && this.streams === 'refused') refuse(response, 422, undefined);
    else if (watching) this.#watch(url, response, fault);
    else this.#list(url, response);
  }

  #list(url: URL, response: ServerResponse): void {
    const [version = String(this.#version), start = '0'] = url.searchParams.get('continue')?.split(':') ?? [];
    const whole = this.#lists.get(version) ?? [...this.#objects.values()];
    this.#lists.set(version, whole);
    const end = Number(start) + Number(url.searchParams.get('limit') ?? whole.length);
    const items = whole.slice(Number(start), end).map((stored) => {
      const { kind: _kind, apiVersion: _apiVersion, ...item } = objectOf(stored);
      return item;
    });
    const metadata = { resourceVersion: version, ...(end < whole.length ? { continue: `${version}:${end}` } : {}) };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ kind: 'ServiceList', metadata, items }));
  }

  /** https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists */
  #initialEvents(response: ServerResponse, fault: Fault | undefined): void {
    for (const stored of this.#objects.values()) this.#write(response, { type: 'ADDED', object: objectOf(stored) });
    const cut = fault?.at === 'stream list' ? fault.cut : undefined;
    if (cut === 'before the end') response.end();
    if (this.streams !== 'yes' || cut === 'before the end') return;
    const metadata = { resourceVersion: String(this.#version), annotations: { 'k8s.io/initial-events-end': 'true' } };
    this.#write(response, { type: 'BOOKMARK', object: { metadata } });
    if (cut === 'after the end') response.end();
  }

  #watch(url: URL, response: ServerResponse, fault: Fault | undefined): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from > 0 && from < this.#oldest) {
      this.#disturb(response, 'gone');
      response.end();
      return;
    }
    if (from === 0) this.#initialEvents(response, fault);
    if (response.destroyed || response.writableEnded) return;
    for (const change of this.#history) if (from > 0 && change.version > from) this.#write(response, change);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }
}

function objectOf({ name, port, version }: Stored): Readonly<Record<string, unknown>> {
  const metadata = { name, namespace: 'shop', resourceVersion: String(version), managedFields: [{ manager: 'test' }] };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port }] } };
}

function refuse(response: ServerResponse, status: number, retryAfter: number | undefined): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', code: status, message: `refused with ${status}` }));
}
