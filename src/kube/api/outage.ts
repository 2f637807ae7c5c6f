/** What the watches of one API server tell each other: that it answers again, so that nobody waits longer than he must. */
export class Outage {
  readonly #waiting = new Set<() => void>();

  /** Resolves after the delay, when the server has answered somebody else, or when the signal comes. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waiting.add(end);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end);
    });
  }

  /** The server has answered. */
  over(): void {
    for (const end of [...this.#waiting]) end();
  }
}
