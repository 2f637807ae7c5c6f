import { Server, ServerCredentials, status, type MethodDefinition } from '@grpc/grpc-js';
import { discoveryServices } from '../proto/ads-service.ts';
import type { TypeName } from '../snapshot/resource.ts';
import { connect, type Call, type Connection } from './connection.ts';
import { delta } from './delta.ts';
import { FramedResponses } from './framed-responses.ts';
import type { Limits } from './limits.ts';
import type { DiscoveryRequest, Node } from './request.ts';
import { RequestRate } from './request-rate.ts';
import { SeparateStreams } from './separate-streams.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { sotw } from './sotw.ts';
import { ProxyStream, type StreamOptions } from './stream.ts';
import { hostOf, StreamsPerAddress } from './streams-per-address.ts';
import type { Variant } from './variant.ts';

/** Who is at the other end of a stream. */
export interface Peer {
  readonly node: Node;
  readonly call: Call;
  /** The type of a stream that carries no other. */
  readonly only: TypeName | undefined;
}

/** What a stream gets, or why it gets nothing. */
export type Admission =
  | { readonly source: SnapshotSource; readonly variant?: (variant: Variant) => Variant }
  | { readonly code: status; readonly reason: string };

export interface DiscoveryServerOptions {
  /** A name or address to listen at; or `unix:/path`, then without a port. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Without it nothing is encrypted. */
  readonly credentials?: ServerCredentials;
  readonly stream: StreamOptions;
  readonly limits: Limits;
  readonly admit: (peer: Peer) => Admission;
  readonly onRefused?: (node: Node, connection: Connection, reason: string) => void;
}

const channelOptions = {
  'grpc.max_send_message_length': -1,
  // Finds Envoys that vanished without a word behind a load balancer or a lost node. An answer that came during a long pass is read after it.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
};
/** How long `stop` waits for clients to take note before it cuts them off. */
const stopGraceMs = 2_000;

/** The discovery services on one port: all types on a stream, or a stream for each. Whoever is admitted gets a stream. */
export class DiscoveryServer {
  readonly #options: DiscoveryServerOptions;
  readonly #server: Server;
  readonly #streams = new Set<ProxyStream>();
  readonly #perAddress: StreamsPerAddress;
  readonly #responses: FramedResponses;
  readonly #separate = new SeparateStreams();

  constructor(options: DiscoveryServerOptions) {
    this.#options = options;
    const { requestBytes, streamsPerAddress } = options.limits;
    this.#server = new Server({ ...channelOptions, 'grpc.max_receive_message_length': 2 * requestBytes });
    this.#perAddress = new StreamsPerAddress(streamsPerAddress);
    this.#responses = new FramedResponses(options.stream.clock, { marked: options.stream.independentTypes !== true });
    const { aggregated, ...separate } = discoveryServices;
    this.#serve(aggregated, undefined);
    for (const [type, service] of Object.entries(separate)) this.#serve(service, type as keyof typeof separate);
  }

  get streams(): ReadonlySet<ProxyStream> {
    return this.#streams;
  }

  start(): Promise<{ readonly port: number }> {
    const { host, port, credentials } = this.#options;
    const target = host.startsWith('unix:') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(target, credentials ?? ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(new Error(`cannot listen at ${target}: ${error.message}`, { cause: error }));
        else resolve({ port: bound });
      });
    });
  }

  /** Tells every client that it should go elsewhere, and cuts off those that do not. */
  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.end(status.UNAVAILABLE, 'Naru is stopping');
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, stopGraceMs);
      this.#server.tryShutdown(() => {
        clearTimeout(force);
        resolve();
      });
    });
  }

  #serve(service: (typeof discoveryServices)['aggregated'], only: TypeName | undefined): void {
    const { requestBytes } = this.#options.limits;
    this.#server.addService(
      { sotw: noting(service.sotw, requestBytes), delta: noting(service.delta, requestBytes) },
      {
        sotw: (call: Call) => this.#accept(call, sotw, only),
        delta: (call: Call) => this.#accept(call, delta, only),
      },
    );
  }

  #accept(call: Call, variant: Variant, only: TypeName | undefined): void {
    const { clock } = this.#options.stream;
    const { requestsPerSecond, requestBytes, streamsPerAddress } = this.#options.limits;
    const rate = new RequestRate(requestsPerSecond, clock.now());
    const connection = connect(call, () => rate.allowAnswer());
    const leave = this.#perAddress.enter(connection.address);
    if (leave === undefined) {
      this.#refuse({}, connection, status.RESOURCE_EXHAUSTED, tooManyStreams(connection.address, streamsPerAddress));
      return;
    }
    let stream: ProxyStream | undefined;
    let begun = false;
    call.on('data', (request: DiscoveryRequest) => {
      // The node is only in the first request of a stream.
      // https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#basic-protocol-overview
      if (!begun) stream = this.#begin({ node: request.node ?? {}, call, only }, variant, only, connection);
      begun = true;
      if (request.tooManyBytes !== undefined) stream?.refuse(status.RESOURCE_EXHAUSTED, tooManyBytes(request.tooManyBytes, requestBytes));
      else if (rate.take(clock.now())) stream?.receive(request);
      else stream?.refuse(status.RESOURCE_EXHAUSTED, `too many requests: ${rate.rule}`);
    });
    const gone = (): void => {
      leave();
      stream?.close();
      if (stream !== undefined) this.#streams.delete(stream);
    };
    call.on('end', () => {
      gone();
      connection.end(status.OK, '');
    });
    call.on('cancelled', gone);
    call.on('close', gone);
    call.on('error', gone);
  }

  #begin(peer: Peer, variant: Variant, only: TypeName | undefined, connection: Connection): ProxyStream | undefined {
    const admission = this.#options.admit(peer);
    if ('reason' in admission) {
      this.#refuse(peer.node, connection, admission.code, admission.reason);
      return undefined;
    }
    const { source, variant: adapt } = admission;
    const envoy = { fleet: source.name, id: peer.node.id ?? '', host: hostOf(connection.address) };
    const stream = new ProxyStream(source, peer.node, adapt?.(variant) ?? variant, connection, {
      ...this.#options.stream,
      responses: this.#responses,
      ...(this.#options.onRefused && { onRefused: this.#options.onRefused }),
      ...(only === undefined ? {} : { only, acceptance: this.#separate.of(envoy) }),
    });
    this.#streams.add(stream);
    return stream;
  }

  #refuse(node: Node, connection: Connection, code: status, reason: string): void {
    this.#options.onRefused?.(node, connection, reason);
    connection.end(code, reason);
  }
}

/** The same method, with requests that say when they are too big. */
function noting<Request extends object>(method: MethodDefinition<Request, Buffer>, most: number): MethodDefinition<Request, Buffer> {
  return {
    ...method,
    requestDeserialize: (bytes) => {
      const request = method.requestDeserialize(bytes);
      return bytes.length > most ? { ...request, tooManyBytes: bytes.length } : request;
    },
  };
}

function tooManyBytes(bytes: number, most: number): string {
  return `a request has ${bytes} bytes, and the most is ${most}`;
}

function tooManyStreams(peer: string, most: number): string {
  return `${hostOf(peer)} has ${most} streams open, and that is the most for one address`;
}
