import { status } from '@grpc/grpc-js';
import { byType, typeNames, typeUrls, type Reference, type Resource, type TypeName } from '../snapshot/resource.ts';
import { type Snapshot, tells } from '../snapshot/snapshot.ts';
import { Acceptance } from './acceptance.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Limits } from './limits.ts';
import { FramedResponses } from './framed-responses.ts';
import type { SnapshotListener } from './fleet.ts';
import { bringsOther, holdsOther } from './stand-in.ts';
import { anyTime, Order, sendingOrder, warmedBy, type OrderOptions } from './order.ts';
import { Pin } from './pin.ts';
import type { Accepted, ProxyState } from './proxy-state.ts';
import { isHelper, versionOf, type DiscoveryRequest, type Node } from './request.ts';
import type { SnapshotSource } from './snapshot-source.ts';
import { TypeState } from './type-state.ts';
import type { Variant } from './variant.ts';
import type { View } from './view.ts';

export interface StreamOptions extends OrderOptions {
  /** The stream carries this type and no other. */
  readonly only?: TypeName;
  /** Shared by all streams of an Envoy that has one for each type. */
  readonly acceptance?: Acceptance;
  /** No type waits for another, and nothing is sent again to end a warming: for a server whose content is any test's. */
  readonly independentTypes?: boolean;
  readonly limits: Pick<Limits, 'names'>;
  readonly clock: Clock;
  /** Shared by all streams that may get the same. */
  readonly responses?: FramedResponses;
  readonly log: (line: string) => void;
  /** Hears why a stream ends that ends because of what its client did; without it, that is logged. */
  readonly onRefused?: (node: Node, connection: Connection, reason: string) => void;
  readonly onAcknowledgement: (acknowledgement: Acknowledgement) => void;
  readonly onAccepted: (accepted: Accepted) => void;
}

const typeOfUrl: ReadonlyMap<string, TypeName> = new Map(typeNames.map((type) => [typeUrls[type], type]));

/** One Envoy on one stream. Whatever happens here, good or bad, concerns this Envoy only. */
export class ProxyStream implements SnapshotListener {
  readonly #fleet: SnapshotSource;
  readonly #node: Node;
  readonly #variant: Variant;
  readonly #connection: Connection;
  readonly #options: StreamOptions;
  readonly #types: Readonly<Record<TypeName, TypeState>>;
  readonly #order: Order;
  readonly #pin: Pin;
  readonly #responses: FramedResponses;
  readonly #acceptance: Acceptance;
  readonly #connectedSince = Date.now();
  readonly #connectedAt = performance.now();
  readonly #unknownTypes = new Set<string>();
  /** The client has something that no stand-in gave it. */
  #hasItsOwn = false;
  #closed = false;
  #callOffWake: (() => void) | undefined;

  constructor(fleet: SnapshotSource, node: Node, variant: Variant, connection: Connection, options: StreamOptions) {
    this.#fleet = fleet;
    this.#node = node;
    this.#variant = variant;
    this.#connection = connection;
    this.#options = options;
    const { lately } = fleet;
    const onHeld = (resource: Resource) => this.#acceptance.held(resource);
    const hasOther = ({ type, name }: Reference) => this.#types[type].mayHold(name);
    this.#types = byType((type) => new TypeState(type, variant, { hasOther, onHeld, lately }));
    this.#order = new Order(options);
    this.#responses = options.responses ?? new FramedResponses(options.clock);
    // Without an order between types there is nothing to bring to its end.
    const { only, independentTypes, gateTimeoutMs } = options;
    this.#acceptance = options.acceptance ?? new Acceptance();
    for (const type of only === undefined ? typeNames : [only]) this.#acceptance.join(this.#types[type]);
    this.#pin = new Pin(this.#types, only === undefined && independentTypes !== true ? gateTimeoutMs : 0);
    if (fleet.current !== undefined) this.#pin.offer(fleet.current);
    this.#pin.catchUp(options.clock.now());
    fleet.join(this);
  }

  receive(request: DiscoveryRequest): void {
    this.#safely(() => {
      const { only } = this.#options;
      // A service for one type needs no type URL.
      // https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/discovery/v3/discovery.proto#service-discovery-v3-discoveryrequest
      const typeUrl = request.type_url || (only === undefined ? '' : typeUrls[only]);
      const type = typeOfUrl.get(typeUrl);
      if (only !== undefined && type !== only) return this.#refuseType(only, typeUrl);
      if (type === undefined) return this.#ignore(typeUrl);
      if (!this.#types[type].subscribed) this.#hasItsOwn ||= bringsOther(type, request, this.#pin.snapshot);
      this.#takeAnswer(type, request);
      const view = this.#current;
      if (view === undefined) this.#pin.forget();
      this.#types[type].request(request, view !== undefined && tells(view, type) ? view : undefined, this.#options.clock.now());
      if (this.#wantsTooMuch(type)) return;
      this.#advance();
    });
  }

  publish(snapshot: Snapshot): void {
    this.#safely(() => {
      if (snapshot.standIn === true) this.#hasItsOwn ||= holdsOther(this.#types, snapshot);
      if (this.#isNotFor(snapshot)) return;
      if (this.#current === undefined) this.#pin.forget();
      this.#pin.offer(snapshot);
      this.#advance();
    });
  }

  /** The client has gone, or will be sent away. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fleet.leave(this);
    const { only } = this.#options;
    for (const type of only === undefined ? typeNames : [only]) this.#acceptance.leave(this.#types[type]);
    this.#callOffWake?.();
  }

  end(code: status, details: string): void {
    this.close();
    this.#connection.end(code, details);
  }

  /** Ends the stream because of what the client did, with a line in the log. */
  refuse(code: status, reason: string): void {
    if (this.#closed) return;
    if (this.#options.onRefused === undefined) this.#log(`refused: ${reason}`);
    else this.#options.onRefused(this.#node, this.#connection, reason);
    this.end(code, reason);
  }

  get isEnvoy(): boolean {
    return !isHelper(this.#node);
  }

  state(): ProxyState {
    const version = versionOf(this.#node);
    return {
      id: this.#id,
      cluster: this.#node.cluster ?? '',
      fleet: this.#fleet.name,
      address: this.#connection.address,
      connectedSince: this.#connectedSince,
      protocol: this.#variant.protocol,
      ...(version === undefined ? {} : { version }),
      ...(this.#options.only === undefined ? {} : { only: this.#options.only }),
      accepted: this.#acceptance.accepted,
      types: byType((type) => this.#types[type].report()),
    };
  }

  get #id(): string {
    return this.#node.id ?? '';
  }

  /** What this client is served from; undefined as long as there is nothing for it. */
  get #current(): View | undefined {
    const { snapshot, view } = this.#pin;
    return this.#fleet.current === undefined || snapshot === undefined || this.#isNotFor(snapshot) ? undefined : view;
  }

  /** What a client has of its own is at least as new as a stand-in. */
  #isNotFor(snapshot: Snapshot): boolean {
    return snapshot.standIn === true && this.#hasItsOwn;
  }

  #takeAnswer(type: TypeName, request: DiscoveryRequest): void {
    // What was sent is answered, even when there is nothing more to send.
    const { view } = this.#pin;
    const now = this.#options.clock.now();
    const sent = view && this.#types[type].answered(request, view, now);
    if (sent === undefined) return;
    const refusal = request.error_detail ? (request.error_detail.message ?? '') : undefined;
    const names = [...sent.resources.map(({ name }) => name), ...sent.removed];
    if (refusal !== undefined) {
      this.#log(`refused ${type} of snapshot ${sent.snapshot} (${names.slice(0, 5).join(', ')}): ${refusal}`);
    }
    this.#options.onAcknowledgement({
      proxy: this.#id,
      fleet: this.#fleet.name,
      type,
      names,
      snapshot: sent.snapshot,
      nonce: String(sent.nonce),
      ...(refusal === undefined ? {} : { refusal }),
      tookMs: now - sent.at,
    });
  }

  /** Sends what may go now. Called after everything that can open a gate; finding nothing to do costs little. */
  #advance(): void {
    const now = this.#options.clock.now();
    let wakeAt: number;
    let view: View | undefined;
    do {
      wakeAt = this.#pin.catchUp(now);
      view = this.#current;
      if (view === undefined || this.#closed) return;
      for (const type of sendingOrder) wakeAt = Math.min(wakeAt, this.#advanceType(type, view, now));
    } while (this.#pin.isDue);
    this.#wakeAt(wakeAt, now);
    this.#noteAccepted(view);
  }

  /** Gives back when this type wants to be looked at again. */
  #advanceType(type: TypeName, view: View, now: number): number {
    if (!tells(view, type)) return Infinity;
    const state = this.#types[type];
    const freeAt = state.freeAt(this.#options.gateTimeoutMs);
    if (freeAt === undefined) return Infinity;
    if (freeAt > now) return freeAt;
    const turn = this.#options.independentTypes === true ? anyTime(state) : this.#order.turn(type, this.#types, now);
    const response = state.take(view, turn, this.#responses, now);
    if (response === undefined) return turn.wakeAt;
    this.#connection.send(response.bytes);
    const warms = warmedBy[type];
    if (warms !== undefined && this.#options.independentTypes !== true) this.#warm(warms, response.sent.changed, view);
    // What is left waits for the answer, or for its own time.
    return turn.wakeAt;
  }

  #warm(by: TypeName, changed: readonly Resource[], view: View): void {
    const state = this.#types[by];
    if (!state.subscribed) return;
    for (const { references } of changed) {
      for (const { type, name } of references) if (type === by) state.warm(name, view);
    }
  }

  #wakeAt(at: number, now: number): void {
    this.#callOffWake?.();
    this.#callOffWake = undefined;
    if (at === Infinity) return;
    this.#callOffWake = this.#options.clock.after(Math.max(0, at - now), () => this.#safely(() => this.#advance()));
  }

  #noteAccepted(view: View): void {
    const number = this.#acceptance.advance(view);
    if (number === undefined || !this.isEnvoy) return;
    const since = Math.max(this.#fleet.publishedAt(number) ?? 0, this.#connectedAt);
    this.#options.onAccepted({
      proxy: this.#id,
      fleet: this.#fleet.name,
      snapshot: number,
      tookMs: performance.now() - since,
    });
  }

  /** An Envoy may ask this server for types it does not serve; that is no reason to take from it what it does serve. */
  #ignore(typeUrl: string): void {
    if (this.#unknownTypes.has(typeUrl) || this.#unknownTypes.size >= 16) return;
    this.#unknownTypes.add(typeUrl);
    this.#log(`asked for ${typeUrl || 'a type without a name'}, which is not served: ignored`);
  }

  #refuseType(only: TypeName, typeUrl: string): void {
    this.refuse(status.INVALID_ARGUMENT, `this stream is for ${typeUrls[only]}, not for ${typeUrl}`);
  }

  #wantsTooMuch(type: TypeName): boolean {
    const { names: most } = this.#options.limits;
    const wanted = this.#types[type].subscription.names.size;
    if (wanted <= most) return false;
    this.refuse(status.RESOURCE_EXHAUSTED, `${wanted} names of ${type} are wanted on one stream, and the most is ${most}`);
    return true;
  }

  /** Our own bug ends this stream with a clear status; the Envoy connects again and starts from nothing. */
  #safely(step: () => void): void {
    if (this.#closed) return;
    try {
      step();
    } catch (error) {
      this.#log(`stream broken off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      this.end(status.INTERNAL, `Naru failed on this stream: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #log(line: string): void {
    this.#options.log(`proxy ${this.#id || this.#connection.address}: ${line}`);
  }
}
