import { isIP } from 'node:net';
import type { Clock } from '../ads/clock.ts';
import type { EnvoyNode } from '../kube/envoy-nodes.ts';

export interface NodeAddressesOptions {
  /** A node's internal IP counts before its external one. */
  readonly preferInternal: boolean;
  /** So long an address stays after its node's Envoy has gone: as a rule another comes at once. */
  readonly keepMs: number;
  /** What changes within this time is one change. */
  readonly settleMs: number;
  readonly onChange: () => void;
  readonly clock: Clock;
}

/**
 * The addresses at which the Envoys of nodes are reached, calm enough for a DNS: neither a roll-out of the Envoys nor
 * a start of them all is a change for each of them, and the last address is never taken away.
 */
export class NodeAddresses {
  readonly #options: NodeAddressesOptions;
  /** By address, when it was there last; Infinity while it is. */
  readonly #lastThere = new Map<string, number>();
  #addresses: readonly string[] = [];
  #callOff: () => void = () => {};

  constructor(options: NodeAddressesOptions) {
    this.#options = options;
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  update(nodes: readonly EnvoyNode[]): void {
    const { clock, preferInternal, settleMs } = this.#options;
    const there = new Set(nodes.flatMap((node) => addressOf(node, preferInternal) ?? []));
    const before = [...this.#lastThere].filter(([, last]) => last === Infinity).map(([address]) => address);
    // Nodes say often that they are alive: what changes nothing must not put off what does.
    if (before.length === there.size && before.every((address) => there.has(address))) return;
    for (const address of before) if (!there.has(address)) this.#lastThere.set(address, clock.now());
    for (const address of there) this.#lastThere.set(address, Infinity);
    // The first are waited for.
    if (this.#addresses.length === 0) this.#publish();
    else this.#lookAfter(settleMs);
  }

  stop(): void {
    this.#callOff();
  }

  #lookAfter(ms: number): void {
    this.#callOff();
    this.#callOff = this.#options.clock.after(ms, () => this.#publish());
  }

  #publish(): void {
    const { clock, keepMs, onChange } = this.#options;
    this.#callOff();
    const now = clock.now();
    for (const [address, last] of this.#lastThere) if (now - last >= keepMs) this.#lastThere.delete(address);
    const addresses = [...this.#lastThere.keys()].sort();
    const leaving = [...this.#lastThere.values()].filter((last) => last !== Infinity);
    if (leaving.length > 0) this.#lookAfter(Math.min(...leaving) + keepMs - now);
    if (addresses.length === 0 || addresses.join() === this.#addresses.join()) return;
    this.#addresses = addresses;
    onChange();
  }
}

/** One address of a node, as ingress-nginx chooses it (`internal/k8s/main.go`, GetNodeIPOrName). */
function addressOf({ addresses }: EnvoyNode, preferInternal: boolean): string | undefined {
  const order = preferInternal ? ['InternalIP', 'ExternalIP'] : ['ExternalIP', 'InternalIP'];
  return order.flatMap((wanted) => addresses.filter(({ type, address }) => type === wanted && isIP(address) !== 0))[0]?.address;
}
