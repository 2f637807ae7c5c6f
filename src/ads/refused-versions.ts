/** An Envoy's last refusal of a type, as long as something of it is still refused. */
export interface Refusal {
  readonly snapshot: number;
  /** Envoy's own words. */
  readonly message: string;
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface RefusedVersion {
  readonly version: string;
  /** The oldest snapshot whose content of this name the client lacks because of the refusal. */
  readonly since: number;
  /** False when others were in the same response: then it will be tried again. */
  readonly certain: boolean;
}

/** The contents of one type that one client has refused, so that they are not sent to it again and again. */
export class RefusedVersions {
  readonly #versions = new Map<string, RefusedVersion>();
  #last: Omit<Refusal, 'names'> | undefined;

  get inForce(): boolean {
    return this.#versions.size > 0;
  }

  /** Whether some will be tried again, each on its own. */
  get retrying(): boolean {
    for (const { certain } of this.#versions.values()) if (!certain) return true;
    return false;
  }

  get names(): Iterable<string> {
    return this.#versions.keys();
  }

  get oldest(): number {
    let oldest = Infinity;
    for (const { since } of this.#versions.values()) oldest = Math.min(oldest, since);
    return oldest;
  }

  get refusal(): Refusal | undefined {
    return this.#last === undefined || !this.inForce ? undefined : { ...this.#last, names: [...this.names] };
  }

  add(name: string, refused: RefusedVersion): void {
    this.#versions.set(name, { ...refused, since: Math.min(refused.since, this.since(name)) });
  }

  record(last: Omit<Refusal, 'names'>): void {
    this.#last = last;
  }

  /** Whether it is certain that the client will not have this content. */
  has(name: string, version: string): boolean {
    const refused = this.#versions.get(name);
    return refused?.version === version && refused.certain;
  }

  /** Infinite for a name that is not refused. */
  since(name: string): number {
    return this.#versions.get(name)?.since ?? Infinity;
  }

  forget(name: string): void {
    this.#versions.delete(name);
  }

  keep(fits: (name: string) => boolean): void {
    for (const name of this.#versions.keys()) if (!fits(name)) this.#versions.delete(name);
  }
}
