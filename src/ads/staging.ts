import type { Change, Snapshot } from '../snapshot/snapshot.ts';
import { systemClock, type Clock } from './clock.ts';
import { FanOut } from './fan-out.ts';
import type { SnapshotListener } from './fleet.ts';

export interface StagingOptions {
  /** How the id of the Envoy begins that tries each snapshot; default: the one that has been connected longest of several. */
  readonly prover?: string;
  /** After so long without its acceptance all get the snapshot. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
  readonly log?: (line: string) => void;
}

/** An Envoy of the fleet, on one of its streams. */
interface Member {
  readonly listener: SnapshotListener;
  readonly id: string;
  /** Whether it can tell that it runs a snapshot completely. */
  readonly proves: boolean;
}

/**
 * One Envoy of the fleet tries each snapshot, and the others get it when that one has accepted it. What only changes
 * endpoints goes to all at once: it is urgent, and a bad address harms no more than its own cluster.
 *
 *     published   1 ─ 2 ─ 3 ────── 4
 *     prover      1 ─ 2 ────── 3 ─ 4      3 waits for the answer to 2; 3 is refused, 4 is what was made of that
 *     others      1 ─────── 2 ───────── 4
 */
export class Staging {
  /** Without options nobody tries anything. */
  readonly #options: StagingOptions | undefined;
  readonly #members = new Map<SnapshotListener, Member>();
  readonly #fanOut = new FanOut((listener) => this.snapshotFor(listener));
  /** Did not answer in time: others are preferred until it accepts something. */
  readonly #slow = new Set<string>();
  #released: Snapshot | undefined;
  #candidate: Snapshot | undefined;
  #next: Snapshot | undefined;
  /** Changes of endpoints that are newer than the candidate. */
  #urgent: readonly Change[] = [];
  #prover: Member | undefined;
  #refused = false;
  #callOff: (() => void) | undefined;

  constructor(options: StagingOptions | undefined) {
    this.#options = options;
  }

  /** What this stream should have now. */
  snapshotFor(listener: SnapshotListener | undefined): Snapshot | undefined {
    return this.#candidate !== undefined && listener === this.#prover?.listener ? this.#candidate : this.#released;
  }

  join(listener: SnapshotListener, member: Omit<Member, 'listener'>): void {
    this.#members.set(listener, { listener, ...member });
  }

  leave(listener: SnapshotListener): void {
    this.#members.delete(listener);
    this.#fanOut.forget(listener);
    if (listener !== this.#prover?.listener || this.#candidate === undefined) return;
    this.#next ??= this.#candidate;
    this.#try();
  }

  publish(snapshot: Snapshot): void {
    // The whole fleet ran it once, and whoever would try it may have a configuration of its own and not get it.
    if (snapshot.standIn === true) return this.#release(snapshot);
    const urgent = snapshot.changes.every(({ type }) => type === 'endpoints');
    if (this.#candidate === undefined && (urgent || this.#findProver() === undefined)) return this.#release(snapshot);
    this.#next = snapshot;
    if (this.#candidate === undefined || this.#refused) this.#try();
    else if (urgent) this.#releaseEndpoints(snapshot);
  }

  accepted(proxy: string, number: number): void {
    this.#slow.delete(proxy);
    if (this.#candidate === undefined || proxy !== this.#prover?.id || number < this.#candidate.number) return;
    this.#release(withEndpoints(this.#candidate, this.#urgent), this.#prover.listener);
    if (this.#next !== undefined) this.#soon();
  }

  /** The prover refuses something of what it tries: what follows is tried at once. */
  refused(proxy: string, number: number): void {
    if (proxy !== this.#prover?.id || number !== this.#candidate?.number) return;
    this.#refused = true;
    if (this.#next !== undefined) this.#soon();
  }

  /** Not at once: the stream that has just taken in an answer must finish before it is given the next snapshot. */
  #soon(): void {
    queueMicrotask(() => {
      if (this.#next !== undefined && (this.#candidate === undefined || this.#refused)) this.#try();
    });
  }

  #try(): void {
    const snapshot = this.#next;
    if (snapshot === undefined) return;
    const prover = this.#findProver();
    if (prover === undefined) return this.#release(snapshot);
    this.#next = undefined;
    this.#candidate = snapshot;
    this.#prover = prover;
    this.#refused = false;
    this.#urgent = [];
    this.#callOff?.();
    const { clock = systemClock, patienceMs = 5_000 } = this.#options ?? {};
    this.#callOff = clock.after(patienceMs, () => this.#giveUp(prover, snapshot, patienceMs));
    prover.listener.publish(snapshot);
  }

  #giveUp({ id }: Member, { number }: Snapshot, patienceMs: number): void {
    if (!this.#slow.has(id)) this.#options?.log?.(`proxy ${id} did not accept snapshot ${number} within ${patienceMs} ms: all get it`);
    this.#slow.add(id);
    const newest = this.#next ?? this.#candidate;
    if (newest !== undefined) this.#release(newest);
  }

  /** All get it who do not have it yet. */
  #release(snapshot: Snapshot, except?: SnapshotListener): void {
    this.#released = snapshot;
    this.#candidate = undefined;
    this.#urgent = [];
    if (this.#next !== undefined && this.#next.number <= snapshot.number) this.#next = undefined;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#tellAllBut(except);
  }

  /** What the others run keeps its number: only addresses of what they have already are newer. */
  #releaseEndpoints({ changes }: Snapshot): void {
    this.#urgent = [...this.#urgent, ...changes];
    if (this.#released === undefined) return;
    this.#released = withEndpoints(this.#released, changes);
    this.#tellAllBut(this.#prover?.listener);
  }

  #tellAllBut(except: SnapshotListener | undefined): void {
    this.#fanOut.tell([...this.#members.keys()].filter((listener) => listener !== except));
  }

  #findProver(): Member | undefined {
    if (this.#options === undefined) return undefined;
    const members = [...this.#members.values()].filter(({ id, proves }) => proves && !this.#slow.has(id));
    const { prover } = this.#options;
    if (prover !== undefined) return members.find(({ id }) => id.startsWith(prover));
    const [first] = members;
    return [...this.#members.values()].some(({ id }) => id !== first?.id) ? first : undefined;
  }
}

function withEndpoints(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  if (changes.length === 0) return snapshot;
  const { resources } = snapshot;
  const known = changes.filter(({ name, after }) => after !== undefined && resources.endpoints.has(name));
  const endpoints = resources.endpoints.with(new Map(known.map(({ name, after }) => [name, after])));
  return { ...snapshot, resources: { ...resources, endpoints } };
}
