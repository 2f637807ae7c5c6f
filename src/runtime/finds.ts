import type { Quarantinable } from '../xds/quarantine/quarantine.ts';

/** After so many found one by one within this time, what is suspected goes together: something common to all is bad. */
export const storm = { most: 10, withinMs: 10_000 };

/** When the last refused things were found, of each kind. */
export class Finds {
  readonly #times = new Map<Quarantinable, readonly number[]>();

  add(what: Quarantinable): void {
    this.#times.set(what, [...(this.#times.get(what) ?? []), performance.now()].slice(-storm.most));
  }

  areStorm(what: Quarantinable): boolean {
    const since = performance.now() - storm.withinMs;
    const times = this.#times.get(what) ?? [];
    return times.length === storm.most && times.every((at) => at > since);
  }
}
