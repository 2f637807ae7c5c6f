import { Session } from 'node:inspector/promises';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSnapshot, getHeapStatistics } from 'node:v8';
import type { Context } from 'hono';
import { problem } from './answer.ts';
import { withoutStrings } from './heap-strings.ts';

const usualSeconds = 10;
const mostSeconds = 60;
/** Whoever reads a heap snapshot so slowly gets no more of it: it takes memory as long. */
const heapDeadlineMs = 120_000;
/** While it is made and read, a snapshot needs so many times the memory that it is of: 6 to 7 of Naru at 300 and 2,000 Ingresses. */
const needed = 10;

/** What Naru itself does and holds, for its developers. One at a time. */
export class Profiles {
  readonly #enabled: boolean;
  #busy = false;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  /** For DevTools: which functions take the time. */
  async cpu(c: Context): Promise<Response> {
    const text = c.req.query('seconds');
    const seconds = Number(text ?? usualSeconds);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > mostSeconds)
      return problem(c, 400, `seconds=${text} is no whole number from 1 to ${mostSeconds}.`);
    const refused = this.#refuse(c);
    if (refused !== undefined) return refused;
    this.#busy = true;
    try {
      const profile = await profileFor(seconds * 1000, c.req.raw.signal);
      return c.body(profile, 200, attachment('naru.cpuprofile'));
    } finally {
      this.#busy = false;
    }
  }

  /** For DevTools: what takes the memory. Everything else waits while it is made. */
  heap(c: Context): Response {
    const refused = this.#refuse(c);
    if (refused !== undefined) return refused;
    const wanted = getHeapStatistics().used_heap_size * needed;
    if (process.availableMemory() < wanted)
      return problem(c, 503, `A snapshot of the heap would need ${Math.ceil(wanted / 2 ** 20)} MB more than there are.`);
    this.#busy = true;
    const snapshot = Readable.from(withoutStrings(getHeapSnapshot()), { objectMode: false });
    const deadline = setTimeout(() => snapshot.destroy(), heapDeadlineMs).unref();
    snapshot.once('close', () => {
      clearTimeout(deadline);
      this.#busy = false;
    });
    return c.body(Readable.toWeb(snapshot) as ReadableStream<Uint8Array>, 200, attachment('naru.heapsnapshot'));
  }

  #refuse(c: Context): Response | undefined {
    if (!this.#enabled) return problem(c, 404, 'Profiles are switched off: start Naru with --enable-profiling.');
    return this.#busy ? problem(c, 503, 'A profile is being made: ask again when it is done.') : undefined;
  }
}

async function profileFor(ms: number, signal: AbortSignal): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await delay(ms, undefined, { signal });
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
}

function attachment(name: string): Record<string, string> {
  return { 'content-type': 'application/json', 'content-disposition': `attachment; filename="${name}"` };
}
