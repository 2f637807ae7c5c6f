import { Acceptance } from './acceptance.ts';

/** What tells Envoys apart that have a stream for each type. */
export interface EnvoyKey {
  readonly fleet: string;
  /** `node.id` */
  readonly id: string;
  /** Its address without the port. */
  readonly host: string;
}

/** What the streams of each Envoy have in common that has one for each type. */
export class SeparateStreams {
  readonly #envoys = new Map<string, Acceptance>();

  /** To be joined before the next call. */
  of({ fleet, id, host }: EnvoyKey): Acceptance {
    for (const [key, { types }] of this.#envoys) if (types.size === 0) this.#envoys.delete(key);
    const key = JSON.stringify([fleet, id, host]);
    const acceptance = this.#envoys.get(key) ?? new Acceptance();
    this.#envoys.set(key, acceptance);
    return acceptance;
  }
}
