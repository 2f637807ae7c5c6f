import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Why, WhyResult } from '../../debug/view.ts';
import { kindNames } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Build, BuildOptions } from '../../runtime/build.ts';
import type { WhyAnswer, WhyOptions } from './answer.ts';
import type { WhyObjects, WhyQuestion } from './worker.ts';

type World = Build['world'];

interface LiveWhyOptions extends WhyOptions {
  readonly build: BuildOptions;
  readonly world: () => World;
}

/** `world`: the objects that Naru knows at the moment. */
export function liveWhy(build: BuildOptions, { annotationsPrefix, configmap }: WhyOptions, world: () => World): Why {
  const live = new LiveWhy({ build, annotationsPrefix, ...(configmap === undefined ? {} : { configmap }), world });
  return (reference, field) => live.ask(reference, field);
}

const deadlineMs = 60_000;
/** Further questions wait; whoever comes then is sent away. */
const mostWaiting = 8;
/** How many are sent before Envoys get their turn. */
const atOnce = 200;
/** A thread holds objects of its own and all that follows from them: about what is held already, and its code. */
const threadBytes = 96 * 2 ** 20;

/**
 * Answers as `naru why` does of files, of the objects that a running Naru has. In a thread of its own, which takes from the memory but none
 * of the time in which Envoys are served; one question at a time.
 */
class LiveWhy {
  readonly #options: LiveWhyOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: LiveWhyOptions) {
    this.#options = options;
  }

  async ask(reference: string, field: string | undefined): Promise<WhyResult> {
    if (this.#waiting >= mostWaiting) return { status: 503, error: 'Too many ask already: ask again later.' };
    this.#waiting++;
    const answer = this.#last.then(() => this.#answer(reference, field));
    this.#last = answer.catch(() => {});
    try {
      return await answer;
    } finally {
      this.#waiting--;
    }
  }

  async #answer(reference: string, field: string | undefined): Promise<WhyResult> {
    const world = this.#options.world();
    if (!world.synced) return { status: 503, error: 'Not everything was read yet.' };
    const needed = getHeapStatistics().used_heap_size * 1.5 + threadBytes;
    if (process.availableMemory() < needed)
      return { status: 503, error: `It would take ${Math.ceil(needed / 2 ** 20)} MB, which are not there. ${byFiles}` };
    const answer = await this.#inThread(reference, field, objectsOf(world), Math.ceil(needed / 2 ** 20));
    if (answer === undefined) return { status: 504, error: `It was not found out in ${deadlineMs / 1000} s. ${byFiles}` };
    return answer.about === 'nothing' ? { status: 404, error: answer.answer } : { status: 200, ...answer };
  }

  /** Undefined where it takes too long. */
  async #inThread(
    reference: string,
    field: string | undefined,
    objects: readonly KubeObject[],
    megabytes: number,
  ): Promise<WhyAnswer | undefined> {
    const { build, annotationsPrefix, configmap } = this.#options;
    const { purpose, whyWorker } = await import('./worker.ts');
    const question: WhyQuestion = {
      reference,
      field,
      build,
      options: { annotationsPrefix, ...(configmap === undefined ? {} : { configmap }) },
    };
    const thread = new Worker(whyWorker, { workerData: { [purpose]: question }, resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      const answered = once(thread, 'message', { signal: deadline }) as Promise<[WhyAnswer]>;
      const [[answer]] = await Promise.all([answered, tell(thread, objects)]);
      return answer;
    } catch (error) {
      if (deadline.aborted) return undefined;
      throw error;
    } finally {
      await thread.terminate();
    }
  }
}

const byFiles = 'Ask of files: naru why -f.';

async function tell(thread: Worker, objects: readonly KubeObject[]): Promise<void> {
  const send = (message: WhyObjects): void => thread.postMessage(message, []);
  for (let i = 0; i < objects.length; i += atOnce) {
    send(objects.slice(i, i + atOnce));
    await nextTurn();
  }
  send('all');
}

/** As they are at this moment: an object that changes is another one. */
function objectsOf({ objects }: World): readonly KubeObject[] {
  return kindNames.flatMap((kind) => [...objects[kind].keys()].flatMap((key): KubeObject | [] => objects[kind].get(key) ?? []));
}
