import { status } from '@grpc/grpc-js';
import { Subject, type Observable } from 'rxjs';
import type { Acknowledgement } from './acknowledgement.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { DiscoveryServer, type Admission, type Peer } from './discovery-server.ts';
import { fleetsOf } from './fleet-identity.ts';
import type { Fleet } from './fleet.ts';
import type { Accepted, ProxyState } from './proxy-state.ts';
import { RefusedStreams, type RefusedStream } from './refused-streams.ts';
import { usualLimits, type Limits } from './limits.ts';
import type { Node } from './request.ts';
import type { StreamOptions } from './stream.ts';
import { hostOf } from './streams-per-address.ts';
import { WatchedTlsFiles, type TlsFiles } from './tls-files.ts';

export interface AdsServerOptions {
  readonly fleets: readonly Fleet[];
  /** Those that come and go. */
  readonly furtherFleet?: (name: string) => Fleet | undefined;
  /** A name or address to listen at; or `unix:/path`, then without a port. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** With it, a client needs a certificate that carries the name of its fleet; without it, nothing is encrypted. */
  readonly tls?: TlsFiles;
  /** How often the TLS files are looked at. */
  readonly tlsIntervalMs?: number;
  /** How long clusters and endpoints stay after nothing refers to them any more. */
  readonly removalGraceMs?: number;
  /** How long one type waits for an Envoy's answer to another before it goes anyway. */
  readonly gateTimeoutMs?: number;
  readonly limits?: Partial<Limits>;
  readonly log?: (line: string) => void;
  readonly clock?: Clock;
}

/** Serves the snapshots of all fleets over ADS or a stream for each type, state of the world and delta. */
export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #server: DiscoveryServer;
  readonly #refused = new RefusedStreams();
  readonly #acknowledgements = new Subject<Acknowledgement>();
  readonly #accepted = new Subject<Accepted>();

  constructor(options: AdsServerOptions) {
    this.#options = options;
    const { host, port, tls, tlsIntervalMs } = options;
    const watched = tls && new WatchedTlsFiles(tls, (line) => this.#log(line), tlsIntervalMs);
    this.#server = new DiscoveryServer({
      host,
      port,
      limits: this.#limits(),
      ...(watched === undefined ? {} : { credentials: watched.credentials() }),
      stream: this.#streamOptions(),
      admit: (peer) => this.#admit(peer),
      onRefused: (node, connection, reason) => this.#noteRefused(node, connection, reason),
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
    return this.#server.start();
  }

  /** Tells every Envoy that it should go elsewhere, and cuts off those that do not. */
  async stop(): Promise<void> {
    await this.#server.stop();
    this.#acknowledgements.complete();
    this.#accepted.complete();
  }

  /** The streams of the Envoys that are connected. */
  proxies(): ProxyState[] {
    return [...this.#server.streams].filter(({ isEnvoy }) => isEnvoy).map((stream) => stream.state());
  }

  /** Streams that were turned away lately, oldest first. */
  refusals(): readonly RefusedStream[] {
    return this.#refused.list();
  }

  #admit({ node, call, only }: Peer): Admission {
    const cluster = node.cluster ?? '';
    const fleet = this.#fleet(cluster);
    if (fleet !== undefined && this.#options.tls !== undefined) {
      const fleets = fleetsOf(call.getAuthContext().sslPeerCertificate ?? {});
      if (!fleets.has(cluster)) return { code: status.PERMISSION_DENIED, reason: notOfFleet(cluster, fleets) };
    }
    if (fleet !== undefined) return { source: fleet.member(node.id ?? '', { proves: only === undefined }) };
    const served = this.#options.fleets.map(({ name }) => name).join(', ') || 'none';
    const reason = `node.cluster ${JSON.stringify(cluster)} names no fleet; fleets served here: ${served}`;
    return { code: status.INVALID_ARGUMENT, reason };
  }

  #fleet(wanted: string): Fleet | undefined {
    return this.#options.fleets.find(({ name }) => name === wanted) ?? this.#options.furtherFleet?.(wanted);
  }

  #noteRefused(node: Node, { address }: Connection, reason: string): void {
    const id = node.id ?? '';
    // A client that is turned away comes back every few seconds.
    const known = this.#refused.list().some((each) => each.id === id && each.reason === reason && hostOf(each.address) === hostOf(address));
    this.#refused.add({ id, cluster: node.cluster ?? '', address, reason, at: Date.now() });
    if (!known) this.#log(`proxy ${id || address}: refused: ${reason}`);
  }

  #limits(): Limits {
    return { ...usualLimits, ...this.#options.limits };
  }

  #streamOptions(): StreamOptions {
    return {
      removalGraceMs: this.#options.removalGraceMs ?? 2_000,
      gateTimeoutMs: this.#options.gateTimeoutMs ?? 15_000,
      limits: this.#limits(),
      clock: this.#options.clock ?? systemClock,
      log: (line) => this.#log(line),
      onAcknowledgement: (answer) => {
        if (answer.refusal !== undefined) this.#fleet(answer.fleet)?.refused(answer.proxy, answer.snapshot);
        this.#acknowledgements.next(answer);
      },
      onAccepted: (accepted) => {
        this.#accepted.next(accepted);
        this.#fleet(accepted.fleet)?.accepted(accepted.proxy, accepted.snapshot);
      },
    };
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}

function notOfFleet(fleet: string, fleets: ReadonlySet<string>): string {
  const carried = [...fleets].join(', ') || 'none';
  return `the client's certificate does not carry the name of fleet ${fleet} (a DNS name ${fleet}, or the URI spiffe://naru.io/fleet/${fleet}); fleets it carries: ${carried}`;
}
