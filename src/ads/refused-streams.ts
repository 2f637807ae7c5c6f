/** A stream that was turned away. */
export interface RefusedStream {
  readonly id: string;
  readonly cluster: string;
  readonly address: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A client that is turned away comes back every few seconds: only the newest are kept. */
const kept = 50;

export class RefusedStreams {
  readonly #list: RefusedStream[] = [];

  add(stream: RefusedStream): void {
    this.#list.push(stream);
    if (this.#list.length > kept) this.#list.shift();
  }

  /** Oldest first. */
  list(): readonly RefusedStream[] {
    return [...this.#list];
  }
}
