/**
 * Resolves when the process is asked to end: Ctrl-C, SIGTERM, or its terminal going away. Asked twice, it ends at once;
 * signals within a second of each other count as one, because npm passes on what the terminal has sent already.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = (): void => {
      first ??= performance.now();
      resolve();
      if (performance.now() - first > 1000) process.exit(130);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}
