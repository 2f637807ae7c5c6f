import { typeUrls, type Reference, type Resource, type TypeName } from '../snapshot/resource.ts';
import type { FramedResponses } from './framed-responses.ts';
import type { Sent } from './in-flight.ts';
import type { LatelyServed } from './lately-served.ts';
import { type Progress, warmedBy, type Turn } from './order.ts';
import type { Pinned } from './pin.ts';
import type { TypeReport } from './proxy-state.ts';
import { Reported } from './reported.ts';
import type { DiscoveryRequest } from './request.ts';
import { chooseComplete, chooseSome, versionOf } from './response.ts';
import { TypeProgress } from './type-progress.ts';
import type { Variant } from './variant.ts';
import type { View } from './view.ts';

/** Stands for the version of a resource whose removal was refused. */
const removal = '';

export interface TypeStateOptions {
  /** Whether the client has, or may have, what this names. */
  readonly hasOther: (reference: Reference) => boolean;
  /** Hears of every resource that the client has come to hold. */
  readonly onHeld: (resource: Resource) => void;
  readonly lately: LatelyServed | undefined;
}

/** One type on one stream: what the client wants and holds, what waits, what is under way, what was refused. */
export class TypeState extends TypeProgress implements Pinned, Progress {
  readonly #variant: Variant;
  readonly #onHeld: (resource: Resource) => void;
  readonly #reported = new Reported();
  readonly #lately: LatelyServed | undefined;
  readonly #hasOther: TypeStateOptions['hasOther'];
  #lastNonce = 0;
  /** The version of what the client held when it came, as far as it says so. */
  #brought = '';

  constructor(type: TypeName, variant: Variant, { hasOther, onHeld, lately }: TypeStateOptions) {
    super(type);
    this.#variant = variant;
    this.#onHeld = onHeld;
    this.#lately = lately;
    this.#hasOther = hasOther;
  }

  /** A complete response carries all that waits, so that nothing goes ahead where not everything may. */
  get leads(): boolean {
    const { allAhead, someAhead } = this.backlog;
    return (this.#variant.isComplete(this.type) ? allAhead : someAhead) || this.inFlight.someAhead;
  }

  /** Applies what a request says about names. */
  request(request: DiscoveryRequest, view: View | undefined, now: number): void {
    if (view !== undefined) this.subscription.share(view.resources[this.type]);
    const change = this.#variant.subscribe(this.subscription, request, this.#lastNonce === 0 ? undefined : String(this.#lastNonce));
    if (change === undefined) return;
    if (change.narrowed) {
      this.backlog.keep((name) => this.subscription.covers(name));
      this.refusals.keep((name) => this.subscription.covers(name));
    }
    if (change.first && this.#variant.isComplete(this.type)) this.#brought = request.version_info ?? '';
    // Before the first snapshot names are only remembered; that snapshot is compared with all of them.
    if (view === undefined) return;
    this.number = view.number;
    if (change.first) this.#begin(view, now);
    else {
      if (change.widened) this.#compareAll(view, view.number, now);
      for (const name of change.asked) this.#answer(name, view, now);
      if (change.widened && !this.backlog.waiting) this.backlog.oweAnswer(view.number, view.number);
    }
  }

  publish(view: View, names: readonly string[] | undefined, now: number): void {
    if (!this.subscribed) return;
    const before = this.number;
    this.number = view.number;
    if (names === undefined) this.#begin(view, now);
    else this.#compareNames(names, view, before + 1, now);
  }

  refresh(view: View, names: readonly string[], now: number): void {
    if (this.subscribed) this.#compareNames(names, view, view.number + 1, now);
  }

  /**
   * A cluster that was added or changed warms until its endpoints come after it, the same bytes or not.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#resource-warming
   */
  warm(name: string, view: View): void {
    if (!this.subscription.covers(name) || !view.resources[this.type].has(name)) return;
    this.backlog.add(name, { since: view.number, forced: true, alone: false, ahead: false }, view.number);
  }

  /** Makes the next response of what may go now; undefined when there is nothing to say. */
  take(view: View, turn: Turn, responses: FramedResponses, now: number): { sent: Sent; bytes: Buffer } | undefined {
    const complete = this.#variant.isComplete(this.type);
    const all = turn.upserts || (turn.ahead && this.backlog.allAhead);
    // A complete response would carry what still has to wait, too.
    if (complete && this.backlog.waiting && !all) return undefined;
    const from = {
      ...turn,
      table: view.resources[this.type],
      backlog: this.backlog,
      refused: this.refusals,
      subscription: this.subscription,
      // A listener begins to serve with the first scopes that it gets, and would answer 404 for all others.
      whole: this.type === 'scopes',
    };
    const { fresh, resources, removed, kept } = complete ? chooseComplete(from) : chooseSome(from);
    const answers = this.backlog.waiting && (all || fresh.length > 0);
    // Removals that were refused go along with a whole response, but are no reason for one.
    const takesAway = complete ? turn.removals.length > 0 : removed.length > 0;
    if (!answers && !takesAway) return undefined;

    const whole = complete ? this.#lately?.versionOf(this.type, view, kept) : undefined;
    const content = { typeUrl: typeUrls[this.type], version: whole ?? versionOf(view), resources, removed };
    const framed = responses.frame(this.#variant, content, this.#lastNonce);
    const { held } = this.subscription;
    const sent = {
      nonce: framed.nonce,
      snapshot: view.number,
      at: now,
      // Where these are all, those that other streams have under way as well.
      resources: fresh === resources && fresh.length > 1 ? (framed.content.resources as readonly Resource[]) : fresh,
      ahead: fresh.some(({ name }) => this.backlog.upserts.get(name)?.ahead === true),
      removed: new Set(removed),
      removesSince: removed.reduce((oldest, name) => Math.min(oldest, this.departures.get(name)?.since ?? Infinity), Infinity),
      changed: warmedBy[this.type] === undefined ? [] : fresh.filter(({ name, version }) => held.get(name)?.version !== version),
      since: Math.min(answers ? this.backlog.oldest : Infinity, complete ? this.refusals.oldest : Infinity),
    };
    this.backlog.sent(fresh, removed, answers && all);
    this.inFlight.add(sent);
    this.#lastNonce = framed.nonce;
    return { sent, bytes: framed.bytes };
  }

  /**
   * Takes in the answer to a response; undefined when the nonce belongs to none that is under way. Only
   * `error_detail` makes a refusal, never a version.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ack-and-nack-semantics-summary
   */
  answered(request: DiscoveryRequest, view: View, now: number): Sent | undefined {
    const sent = this.inFlight.take(request.response_nonce ?? '');
    if (sent === undefined) return undefined;
    if (request.error_detail) this.#refuse(sent, request.error_detail.message ?? '', view, now);
    else {
      this.#remove(sent);
      for (const resource of sent.resources) {
        this.refusals.forget(resource.name);
        this.backlog.caughtUp(resource.name, sent.snapshot);
        this.#hold(resource);
      }
    }
    return sent;
  }

  report(): TypeReport {
    const { subscribed, sent, acknowledged } = this;
    return this.#reported.report({
      subscribed,
      sent,
      acknowledged,
      resources: this.subscription.held.size,
      refused: this.refusals.refusal,
    });
  }

  /**
   * The refused resources do not count as held. After a refusal Envoy does not say which resource was the bad one, and
   * may have dropped good ones with it: each goes again once on its own, so that only the bad one stays refused. A
   * complete response cannot be cut like that; there all of it goes again when something changes.
   */
  #refuse(sent: Sent, message: string, view: View, now: number): void {
    const complete = this.#variant.isComplete(this.type);
    const again = this.#variant.retriesAlone(this.type) && sent.resources.length > 1;
    if (complete) {
      // A removal cannot be wrong in itself; in a whole response it is refused with the rest.
      for (const name of sent.removed) this.refusals.add(name, { version: removal, since: sent.snapshot, certain: true });
    } else if (sent.resources.length === 0) this.#remove(sent);
    else for (const name of sent.removed) if (!view.resources[this.type].has(name)) this.#depart(name, now, true);
    this.refusals.record({ snapshot: sent.snapshot, message, at: Date.now() });
    for (const { name, version } of sent.resources) {
      if (!this.subscription.covers(name)) continue;
      const wanted = view.resources[this.type].get(name);
      if (wanted?.version === version) {
        this.refusals.add(name, { version, since: sent.since, certain: !again });
        if (again) this.backlog.add(name, { since: sent.since, forced: true, alone: true, ahead: this.#goesAhead(wanted) }, sent.snapshot);
      } else if (complete) {
        // It has changed meanwhile, and with it the whole.
        this.backlog.oweAnswer(sent.since, view.number);
      } else if (wanted !== undefined) this.#compare(name, wanted, sent.since, now);
    }
  }

  #remove(sent: Sent): void {
    for (const name of sent.removed) {
      this.refusals.forget(name);
      this.subscription.drop(name);
    }
  }

  /** The first request meets the first snapshot: everything the client wants against what it said it holds. */
  #begin(view: View, now: number): void {
    this.#recall(view);
    this.#compareAll(view, 1, now);
    const { wildcard, names, held } = this.subscription;
    // An Envoy that asks for all clusters waits for an answer even when there are none. And one that connects again may
    // hold some that are gone: a whole response tells it, whatever becomes of the resources until it can be sent.
    const waits = this.#variant.isComplete(this.type) ? wildcard || names.size > 0 : wildcard && held.size === 0 && !this.backlog.waiting;
    if (waits) this.backlog.oweAnswer(1, view.number);
  }

  /** What a client of state of the world held when it came, and is gone: it goes in its turn, as if it had never been away. */
  #recall(view: View): void {
    if (this.#brought === '' || !this.subscription.wildcard) return;
    for (const [name, held] of this.#lately?.of(this.type, this.#brought) ?? []) {
      if (!view.resources[this.type].has(name)) this.subscription.hold(name, held);
    }
    this.#brought = '';
  }

  #compareAll(view: View, since: number, now: number): void {
    const table = view.resources[this.type];
    const { wildcard, names, held } = this.subscription;
    // In the order of the table, so that streams that want the same get the same responses.
    if (wildcard || names.size * 4 > table.size) {
      for (const resource of table.values())
        if (this.subscription.covers(resource.name)) this.#compare(resource.name, resource, since, now);
      for (const name of names) if (!table.has(name)) this.#compare(name, undefined, since, now);
    } else for (const name of names) this.#compare(name, table.get(name), since, now);
    for (const name of held.keys()) if (!table.has(name)) this.#compare(name, undefined, since, now);
  }

  #compareNames(names: readonly string[], view: View, since: number, now: number): void {
    const table = view.resources[this.type];
    for (const name of names) if (this.subscription.covers(name)) this.#compare(name, table.get(name), since, now);
  }

  /**
   * Finds out whether a name must be sent or removed. What was skipped and has come back costs nothing.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#when-to-send-an-update
   */
  #compare(name: string, wanted: Resource | undefined, since: number, now: number): void {
    if (wanted === undefined) return this.#depart(name, now, false);
    const held = this.subscription.held.get(name);
    if (this.inFlight.versionOf(name, held?.version) === wanted.version) {
      this.#noLongerRefused(name);
      this.backlog.settle(name);
      if (held?.version === wanted.version) this.#hold(wanted);
    } else if (this.refusals.has(name, wanted.version) && this.inFlight.since(name) === Infinity) {
      // The client has refused this very content, and was sent no other since.
      this.backlog.settle(name);
    } else {
      const upsert = { since: Math.min(since, this.refusals.since(name)), forced: false, alone: false, ahead: this.#goesAhead(wanted) };
      this.backlog.add(name, upsert, this.number);
    }
  }

  /** A name was asked for on a stream that is under way: that is answered even if the client holds it already. */
  #answer(name: string, view: View, now: number): void {
    if (!view.resources[this.type].has(name)) {
      this.#depart(name, now, true);
      if (this.#variant.isComplete(this.type)) this.backlog.oweAnswer(view.number, view.number);
      return;
    }
    const since = Math.min(view.number, this.refusals.since(name));
    this.refusals.forget(name);
    this.backlog.add(name, { since, forced: true, alone: false, ahead: false }, view.number);
  }

  #goesAhead({ name, usedBy }: Resource): boolean {
    return usedBy !== undefined && !this.mayHold(name) && !this.#hasOther(usedBy);
  }

  /** The newest snapshot does not have this name. */
  #depart(name: string, now: number, asked: boolean): void {
    const mayHold = this.mayHold(name);
    const since = Math.min(this.number, this.refusals.since(name), this.inFlight.since(name));
    const mayHoldPart = this.refusals.since(name) < Infinity;
    this.#noLongerRefused(name);
    if (mayHold || mayHoldPart) {
      const departure = { number: this.number, since, at: now };
      if (this.#variant.canRemove(this.type)) this.backlog.depart(name, departure);
      else this.backlog.keepFor(name, departure);
    } else if (this.#variant.canMiss(this.type) && (asked || this.subscription.names.has(name))) this.backlog.miss(name);
    else this.backlog.forget(name);
  }

  /**
   * The refused content is no longer wanted. A whole response in which it was may have been dropped or taken over in
   * part, so that the whole goes again.
   */
  #noLongerRefused(name: string): void {
    const since = this.refusals.since(name);
    if (since === Infinity) return;
    this.refusals.forget(name);
    if (this.#variant.isComplete(this.type)) this.backlog.oweAnswer(since, this.number);
  }

  #hold(resource: Resource): void {
    if (this.subscription.hold(resource.name, resource)) this.#onHeld(resource);
  }
}
