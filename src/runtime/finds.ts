import type { Quarantinable } from '../xds/quarantine/quarantine.ts';

/** After so many found one by one within this time, what is suspected goes together: something common to all is bad. */
export const storm = { most: 10, withinMs: 10_000 };

/** When the last refused things were found, of each kind by each fleet. */
export class Finds {
  readonly #times = new Map<string, readonly number[]>();

  add(what: Quarantinable, fleet: string): void {
    const key = `${what} ${fleet}`;
    this.#times.set(key, [...(this.#times.get(key) ?? []), performance.now()].slice(-storm.most));
  }

  areStorm(what: Quarantinable, fleet: string): boolean {
    const since = performance.now() - storm.withinMs;
    const times = this.#times.get(`${what} ${fleet}`) ?? [];
    return times.length === storm.most && times.every((at) => at > since);
  }
}
