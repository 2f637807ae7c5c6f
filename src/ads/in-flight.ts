import type { Resource } from '../snapshot/resource.ts';

/** One response that the client has not answered yet. */
export interface Sent {
  readonly nonce: number;
  readonly snapshot: number;
  readonly at: number;
  /** What is new to the client; a complete response carried more. */
  readonly resources: readonly Resource[];
  /** Some of them go ahead of what alone uses them. */
  readonly ahead: boolean;
  /** Those of them whose content the client did not hold before. */
  readonly changed: readonly Resource[];
  readonly removed: ReadonlySet<string>;
  /** The oldest snapshot whose content the client still lacks of what this response removes. */
  readonly removesSince: number;
  /** The oldest snapshot whose content this response brings; infinite when it only removes. */
  readonly since: number;
}

/**
 * One response of a type is under way at a time. But an Envoy holds back the ACK of clusters while one of them warms,
 * and the next response may be what ends the warming: so after the gate timeout one more may go, up to this many.
 */
const most = 4;

/** The responses of one type that are under way on one stream. */
export class InFlight {
  readonly #sent = new Map<number, Sent>();
  /** The resources of a response by name, made when somebody asks. */
  readonly #byName = new WeakMap<Sent, ReadonlyMap<string, Resource>>();

  add(sent: Sent): void {
    this.#sent.set(sent.nonce, sent);
  }

  take(nonce: string): Sent | undefined {
    const sent = this.#sent.get(Number(nonce));
    if (sent !== undefined) this.#sent.delete(sent.nonce);
    return sent;
  }

  /** When the next response may go: 0 for at once. */
  freeAt(timeoutMs: number): number {
    if (this.#sent.size >= most) return Infinity;
    let free = 0;
    for (const { at } of this.#sent.values()) free = Math.max(free, at + timeoutMs);
    return free;
  }

  get someAhead(): boolean {
    for (const { ahead } of this.#sent.values()) if (ahead) return true;
    return false;
  }

  get oldest(): number {
    let oldest = Infinity;
    for (const { since } of this.#sent.values()) oldest = Math.min(oldest, since);
    return oldest;
  }

  /** Whether something is just going that is older than this snapshot. */
  removing(number: number): boolean {
    for (const { removesSince } of this.#sent.values()) if (removesSince <= number) return true;
    return false;
  }

  /** The oldest snapshot that a response on its way brings for this name; infinite when none names it. */
  since(name: string): number {
    let oldest = Infinity;
    for (const sent of this.#sent.values()) {
      if (this.#resource(sent, name) !== undefined) oldest = Math.min(oldest, sent.since);
      else if (sent.removed.has(name)) oldest = Math.min(oldest, sent.snapshot);
    }
    return oldest;
  }

  /** What the client will hold of a name when it has accepted everything; `otherwise` when none of it names it. */
  versionOf(name: string, otherwise: string | undefined): string | undefined {
    let version = otherwise;
    for (const sent of this.#sent.values()) {
      if (sent.removed.has(name)) version = undefined;
      version = this.#resource(sent, name)?.version ?? version;
    }
    return version;
  }

  #resource(sent: Sent, name: string): Resource | undefined {
    let byName = this.#byName.get(sent);
    if (byName === undefined) {
      byName = new Map(sent.resources.map((resource) => [resource.name, resource]));
      this.#byName.set(sent, byName);
    }
    return byName.get(name);
  }
}
