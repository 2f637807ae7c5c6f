const most = 10_000;

/** What holds for a while, by a key. Bounded: the oldest go. Times are milliseconds since the epoch. */
export class Kept<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  get(key: string, now: number): T | undefined {
    const found = this.#entries.get(key);
    return found !== undefined && now < found.until ? found.value : undefined;
  }

  add(key: string, value: T, until: number, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until });
    for (const [oldest, { until: end }] of this.#entries) {
      if (end > now && this.#entries.size <= most) break;
      this.#entries.delete(oldest);
    }
  }
}
