/** Counts the open streams of each address, so that one broken client cannot take the place of all others. */
export class StreamsPerAddress {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Gives back what to call when the stream is over; undefined when the address has as many as it may. */
  enter(peer: string): (() => void) | undefined {
    const address = hostOf(peer);
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#most) return undefined;
    this.#counts.set(address, count + 1);
    let inside = true;
    return () => {
      if (inside) this.#leave(address);
      inside = false;
    };
  }

  #leave(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}

/** `10.0.0.7:41234` without its port. Whoever comes by a Unix socket has no address, and all of them share one. */
export function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}
