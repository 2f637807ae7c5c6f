import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { TypeName } from '../../src/snapshot/resource.ts';
import { acknowledge, subscribe } from './requests.ts';
import { type Response, ResponseReader } from './response-reader.ts';
import { clusterNames, listenerNames, routeNames } from './world.ts';

/** The windows that Envoy 1.40 opens. */
const streamWindow = 16 * 1_024 * 1_024;
const sessionWindow = 24 * 1_024 * 1_024;

const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const endpoints = subscribe('endpoints', clusterNames);
const listeners = subscribe('listeners', []);
const routes = subscribe('routes', routeNames);

/** Asks in the order in which an Envoy asks, acknowledges everything and keeps nothing. A connection of its own. */
export class EnvoyStandIn {
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;
  readonly #received = new Map<TypeName, number>();
  readonly #onAcknowledged: (response: Response, stream: EnvoyStandIn) => void;
  readonly #onFailure: (error: Error) => void;
  #closing = false;
  sentBytes = 0;

  constructor(
    port: number,
    id: string,
    callbacks: {
      readonly onAcknowledged: (response: Response, stream: EnvoyStandIn) => void;
      readonly onFailure: (error: Error) => void;
    },
  ) {
    this.#onAcknowledged = callbacks.onAcknowledged;
    this.#onFailure = callbacks.onFailure;
    this.#session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: streamWindow } });
    this.#session.on('error', (error) => this.#fail(error));
    this.#session.once('connect', () => this.#session.setLocalWindowSize(sessionWindow));
    this.#stream = this.#session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
    this.#stream.on('error', (error) => this.#fail(error));
    this.#stream.on('close', () => this.#fail(new Error(`the server ended the stream of ${id}`)));
    const reader = new ResponseReader((response) => this.#answer(response));
    this.#stream.on('data', (chunk: Buffer) => reader.read(chunk));
    this.#send(subscribe('clusters', [], id));
  }

  /** How many resources of a type have come. */
  received(type: TypeName): number {
    return this.#received.get(type) ?? 0;
  }

  get loaded(): boolean {
    return this.received('routes') >= routeNames.length;
  }

  close(): void {
    this.#closing = true;
    this.#stream.close();
    this.#session.destroy();
  }

  #answer(response: Response): void {
    const { type, nonce, resources } = response;
    const before = this.received(type);
    const now = before + resources;
    this.#received.set(type, now);
    this.#send(acknowledge(type, nonce));
    const complete = (wanted: number): boolean => before < wanted && now >= wanted;
    if (type === 'clusters' && complete(clusterNames.length)) this.#send(endpoints);
    else if (type === 'endpoints' && complete(clusterNames.length)) this.#send(listeners);
    else if (type === 'listeners' && complete(listenerNames.length)) this.#send(routes);
    this.#onAcknowledged(response, this);
  }

  #send(bytes: Buffer): void {
    this.sentBytes += bytes.length;
    this.#stream.write(bytes);
  }

  #fail(error: Error): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#session.destroy();
    this.#onFailure(error);
  }
}
