import { typeNames, type TypeName } from '../snapshot/resource.ts';
import type { Departure } from './backlog.ts';

/**
 * Make before break, gated by the answers of one Envoy: what is referred to arrives, and is accepted, before what
 * refers to it; what is no longer referred to goes last. Without waiting for the answers, requests fail while a new
 * cluster warms.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
 */

/** The order in which types are looked at; endpoints follow their clusters in the same pass. */
export const sendingOrder: readonly TypeName[] = ['clusters', 'endpoints', 'secrets', 'extensions', 'listeners', 'scopes', 'routes'];

/**
 * Additions and changes wait until these types are settled. Endpoints do not wait for the ACK of clusters: Envoy holds
 * that ACK back while clusters warm, and it is the endpoints that end the warming. So both ACKs together mean warm.
 */
const upsertsAfter: Readonly<Record<TypeName, readonly TypeName[]>> = {
  clusters: [],
  endpoints: [],
  secrets: [],
  extensions: [],
  listeners: ['clusters', 'endpoints'],
  scopes: ['clusters', 'endpoints', 'listeners'],
  routes: ['clusters', 'endpoints', 'listeners'],
};

/**
 * What is new and used by one resource alone, which the client does not have either, goes ahead of that: it takes effect only with it. For
 * a listener that shares its table of scopes with others serves at once, and would answer 404 until its hosts are there. Changes do not:
 * nobody is to be sent to https before https is there.
 */
const aheadOf: Readonly<Partial<Record<TypeName, TypeName>>> = { scopes: 'listeners' };

/**
 * How far these must have come before a stream goes on to the next snapshot. Listeners and routes must have had their
 * turn. Clusters must be answered: an Envoy asks for the endpoints of a cluster when it gets it, and they must be there.
 */
export const untilNext: readonly { readonly type: TypeName; readonly is: 'sent' | 'settled' }[] = [
  { type: 'clusters', is: 'settled' },
  { type: 'listeners', is: 'sent' },
  { type: 'scopes', is: 'sent' },
  { type: 'routes', is: 'sent' },
];

/** What must come after a type, the same bytes or not, to end the warming of what has changed of it. */
export const warmedBy: Readonly<Partial<Record<TypeName, TypeName>>> = { clusters: 'endpoints' };

/** New contents of these go ahead of the rest of their snapshot. */
export const waitForNobody: readonly TypeName[] = ['endpoints', 'secrets'];

/** Removals wait for all additions and changes, and for the removals of these types. */
const removalsAfter: Readonly<Record<TypeName, readonly TypeName[]>> = {
  listeners: [],
  scopes: ['listeners'],
  routes: ['listeners', 'scopes'],
  clusters: ['listeners', 'scopes', 'routes'],
  endpoints: ['listeners', 'scopes', 'routes', 'clusters'],
  secrets: ['listeners', 'scopes', 'routes', 'clusters'],
  // Never taken away: see `Variant.canRemove`.
  extensions: [],
};

/** These have a grace time before they go: workers may still route by the tables of a moment ago. */
const late: ReadonlySet<TypeName> = new Set(['clusters', 'endpoints', 'secrets']);

/** What the order must know of each type of a stream. */
export interface Progress {
  /** Types that the stream has not asked for hold nothing back. */
  readonly subscribed: boolean;
  /** The newest snapshot among those that wait to be sent; undefined when none waits. */
  readonly waiting: number | undefined;
  /** All additions and changes up to this snapshot have been sent. */
  readonly sent: number;
  /** All additions and changes up to this snapshot have been answered, by ACK or NACK. */
  readonly settled: number;
  /** Something that was refused is still what the client should have. */
  readonly refused: boolean;
  /** Something that goes ahead of what uses it waits, or is not answered yet. */
  readonly leads: boolean;
  readonly departures: ReadonlyMap<string, Departure>;
  /** Whether something is still there, or just going, that was removed and is older than this snapshot. */
  removing(number: number): boolean;
}

type AllProgress = Readonly<Record<TypeName, Progress>>;

/** What may go now of one type, and when to look again if nothing happens before. */
export interface Turn {
  readonly upserts: boolean;
  /** Where not all of them may: whether those may that go ahead of what uses them. */
  readonly ahead: boolean;
  readonly removals: readonly string[];
  readonly wakeAt: number;
}

/** The turn of a type that waits for no other. */
export function anyTime({ departures }: Pick<Progress, 'departures'>): Turn {
  return { upserts: true, ahead: true, removals: [...departures.keys()], wakeAt: Infinity };
}

export interface OrderOptions {
  readonly removalGraceMs: number;
  /** A gate opens anyway after this time: an Envoy that never answers must not stay behind for ever. */
  readonly gateTimeoutMs: number;
}

export class Order {
  readonly #options: OrderOptions;
  readonly #waitingSince = new Map<TypeName, number>();

  constructor(options: OrderOptions) {
    this.#options = options;
  }

  turn(type: TypeName, all: AllProgress, now: number): Turn {
    const opensAt = this.#upsertsAt(type, all, now);
    const removals: string[] = [];
    let wakeAt = opensAt > now ? opensAt : Infinity;
    for (const [name, departure] of all[type].departures) {
      const at = this.#removalAt(type, departure, all, now);
      if (at <= now) removals.push(name);
      else wakeAt = Math.min(wakeAt, at);
    }
    return { upserts: opensAt <= now, ahead: this.#mayGoAhead(type, all), removals, wakeAt };
  }

  #mayGoAhead(type: TypeName, all: AllProgress): boolean {
    const { waiting, leads } = all[type];
    const others = upsertsAfter[type].filter((other) => other !== aheadOf[type]);
    return waiting !== undefined && leads && areSettled(others, all, waiting);
  }

  #upsertsAt(type: TypeName, all: AllProgress, now: number): number {
    const { waiting } = all[type];
    const open = waiting === undefined || (areSettled(upsertsAfter[type], all, waiting) && !isLed(type, all));
    if (open) {
      this.#waitingSince.delete(type);
      return now;
    }
    const since = this.#waitingSince.get(type) ?? now;
    this.#waitingSince.set(type, since);
    return since + this.#options.gateTimeoutMs;
  }

  #removalAt(type: TypeName, departure: Departure, all: AllProgress, now: number): number {
    const { number } = departure;
    const subscribed = typeNames.filter((other) => all[other].subscribed);
    // Envoy works through a stream in order: what was sent before a removal takes effect before it, even unanswered.
    // So that much is certain even when the gate times out.
    if (subscribed.some((other) => all[other].sent < number)) return Infinity;
    // After a refusal Envoy goes on with the listeners and routes it had, and these may need what wants to go.
    if (late.has(type) && (all.listeners.refused || all.scopes.refused || all.routes.refused)) return Infinity;

    const settled = subscribed.every((other) => all[other].settled >= number);
    const first = removalsAfter[type].every((other) => !all[other].subscribed || !all[other].removing(number));
    const timeout = departure.at + this.#options.gateTimeoutMs;
    if (!(settled && first) && now < timeout) {
      // It may have been ready before: a stream that has just connected asks for one type after the other.
      delete departure.readyAt;
      return timeout;
    }
    departure.readyAt ??= now;
    return departure.readyAt + (late.has(type) ? this.#options.removalGraceMs : 0);
  }
}

function areSettled(types: readonly TypeName[], all: AllProgress, number: number): boolean {
  return types.every((type) => !all[type].subscribed || all[type].settled >= number);
}

function isLed(type: TypeName, all: AllProgress): boolean {
  return typeNames.some((other) => aheadOf[other] === type && all[other].leads);
}
