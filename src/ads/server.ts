import { Server, ServerCredentials, status, type ServerDuplexStream } from '@grpc/grpc-js';
import { Subject, type Observable } from 'rxjs';
import { adsService } from '../proto/ads-service.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import { systemClock, type Clock } from './clock.ts';
import { delta } from './delta.ts';
import type { Fleet } from './fleet.ts';
import type { Accepted, ProxyState } from './proxy-state.ts';
import { RefusedStreams, type RefusedStream } from './refused-streams.ts';
import type { DiscoveryRequest, Node } from './request.ts';
import { sotw } from './sotw.ts';
import { ProxyStream, type Connection, type StreamOptions } from './stream.ts';
import type { Variant } from './variant.ts';

export interface AdsServerOptions {
  readonly fleets: readonly Fleet[];
  /** A name or address to listen at; or `unix:/path`, then without a port. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** How long clusters and endpoints stay after nothing refers to them any more. */
  readonly removalGraceMs?: number;
  /** How long one type waits for an Envoy's answer to another before it goes anyway. */
  readonly gateTimeoutMs?: number;
  readonly log?: (line: string) => void;
  readonly clock?: Clock;
}

type Call = ServerDuplexStream<DiscoveryRequest, Buffer>;

/** A reconnecting Envoy names every resource it holds in one request, which is more than gRPC's 4 MB with many of them. */
const mostRequestBytes = 64 * 1024 * 1024;
const channelOptions = {
  'grpc.max_receive_message_length': mostRequestBytes,
  'grpc.max_send_message_length': -1,
  // Finds Envoys that vanished without a word behind a load balancer or a lost node.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
};
/** How long `stop` waits for clients to take note before it cuts them off. */
const stopGraceMs = 2_000;

/** Serves the snapshots of all fleets over ADS, state of the world and delta. */
export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #server = new Server(channelOptions);
  readonly #streams = new Set<ProxyStream>();
  readonly #refused = new RefusedStreams();
  readonly #acknowledgements = new Subject<Acknowledgement>();
  readonly #accepted = new Subject<Accepted>();

  constructor(options: AdsServerOptions) {
    this.#options = options;
    this.#server.addService(adsService, {
      StreamAggregatedResources: (call: Call) => this.#accept(call, sotw),
      DeltaAggregatedResources: (call: Call) => this.#accept(call, delta),
    });
  }

  /** Every answer of every Envoy. */
  get acknowledgements(): Observable<Acknowledgement> {
    return this.#acknowledgements;
  }

  /** An Envoy runs a newer snapshot completely. */
  get accepted(): Observable<Accepted> {
    return this.#accepted;
  }

  start(): Promise<{ readonly port: number }> {
    const { host, port } = this.#options;
    const target = host.startsWith('unix:') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(target, ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(new Error(`cannot listen at ${target}: ${error.message}`, { cause: error }));
        else resolve({ port: bound });
      });
    });
  }

  /** Tells every Envoy that it should go elsewhere, and cuts off those that do not. */
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
    this.#acknowledgements.complete();
    this.#accepted.complete();
  }

  /** The Envoys that are connected. */
  proxies(): ProxyState[] {
    return [...this.#streams].map((stream) => stream.state());
  }

  /** Streams that were turned away lately, oldest first. */
  refusals(): readonly RefusedStream[] {
    return this.#refused.list();
  }

  #accept(call: Call, variant: Variant): void {
    const connection = connect(call);
    let stream: ProxyStream | undefined;
    let begun = false;
    call.on('data', (request: DiscoveryRequest) => {
      // The node is only in the first request of a stream.
      // https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#basic-protocol-overview
      if (!begun) stream = this.#begin(request.node ?? {}, variant, connection);
      begun = true;
      stream?.receive(request);
    });
    const gone = (): void => {
      if (stream === undefined) return;
      stream.close();
      this.#streams.delete(stream);
    };
    call.on('end', () => {
      gone();
      connection.end(status.OK, '');
    });
    call.on('cancelled', gone);
    call.on('close', gone);
    call.on('error', gone);
  }

  #begin(node: Node, variant: Variant, connection: Connection): ProxyStream | undefined {
    const cluster = node.cluster ?? '';
    const fleet = this.#options.fleets.find(({ name }) => name === cluster);
    if (fleet !== undefined) {
      const stream = new ProxyStream(fleet, node, variant, connection, this.#streamOptions());
      this.#streams.add(stream);
      return stream;
    }
    const served = this.#options.fleets.map(({ name }) => name).join(', ') || 'none';
    const reason = `node.cluster ${JSON.stringify(cluster)} names no fleet; fleets served here: ${served}`;
    this.#refused.add({ id: node.id ?? '', cluster, address: connection.address, reason, at: Date.now() });
    this.#log(`proxy ${node.id || connection.address}: refused: ${reason}`);
    connection.end(status.INVALID_ARGUMENT, reason);
    return undefined;
  }

  #streamOptions(): StreamOptions {
    return {
      removalGraceMs: this.#options.removalGraceMs ?? 2_000,
      gateTimeoutMs: this.#options.gateTimeoutMs ?? 15_000,
      clock: this.#options.clock ?? systemClock,
      log: (line) => this.#log(line),
      onAcknowledgement: (acknowledgement) => this.#acknowledgements.next(acknowledgement),
      onAccepted: (accepted) => this.#accepted.next(accepted),
    };
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}

function connect(call: Call): Connection {
  let open = true;
  call.on('close', () => (open = false));
  return {
    address: call.getPeer(),
    // One response of a type is under way at a time, so that little can pile up here for a slow reader.
    send: (bytes) => {
      if (open && !call.destroyed) call.write(bytes);
    },
    end: (code, details) => {
      if (!open || call.destroyed) return;
      open = false;
      if (code === status.OK) call.end();
      // This is how grpc-js takes a status for a stream.
      else call.emit('error', { code, details });
    },
  };
}
