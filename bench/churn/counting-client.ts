import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { typeNames } from '../../src/snapshot/resource.ts';
import { acknowledge, subscribe } from '../ads/requests.ts';
import { type Response, ResponseReader } from '../ads/response-reader.ts';

const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

/** Takes every resource of every type over gRPC, acknowledges it, and counts. */
export class CountingClient {
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  /** Resources that came, and names of resources that went. */
  resources = 0;
  bytes = 0;

  constructor(port: number, onFailure: (error: unknown) => void) {
    this.#session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 16_777_216 } });
    this.#session.on('error', onFailure);
    this.#stream = this.#session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
    this.#stream.on('error', onFailure);
    const reader = new ResponseReader((response) => this.#take(response));
    this.#stream.on('data', (chunk: Buffer) => reader.read(chunk));
    for (const type of typeNames) this.#stream.write(subscribe(type, ['*'], type === typeNames[0] ? 'counter' : undefined));
  }

  close(): void {
    this.#stream.close();
    this.#session.destroy();
  }

  #take({ type, nonce, resources, removed, bytes }: Response): void {
    this.resources += resources + removed;
    this.bytes += bytes;
    this.#stream.write(acknowledge(type, nonce));
  }
}
