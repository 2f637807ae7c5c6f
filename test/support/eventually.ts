import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 5;

/** Asks again and again until the answer is not undefined; fails with what was awaited when that takes too long. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  { deadlineMs = 30_000 } = {},
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let trouble: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause: trouble });
    await delay(pauseMs);
  }
}
