import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Connection, NoApiServer } from '../kube/connection.ts';
import { type FoundObject, getObject, type ObjectName } from '../kube/get-object.ts';
import { endWith } from './end-with.ts';
import { askAboutObject } from './live/ask-about-object.ts';
import type { Asked } from './live/replica.ts';
import { printProblem } from './print/print-problem.ts';
import { UsageError } from './usage-error.ts';
import { type Answer, judge, problemsOf, type Verdict } from './wait/standing.ts';
import { readTarget } from './wait/target.ts';

export interface WaitSettings extends Asked {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

const pollMs = 100;
/** How often the API server is asked what is wanted, while that is not what Naru has. */
const askApiMs = 1000;

/**
 * Returns when every connected Envoy has accepted an object as the API server has it at this moment. Exit codes: 0 it is so; 1 not in
 * time, not served, or not as it is written; 4 an Envoy refuses it.
 */
export async function wait(text: string, settings: WaitSettings): Promise<void> {
  const api = await connectIfThere(settings);
  const target = readTarget(text, settings.namespace ?? api?.namespace ?? 'default');
  const wanted = new Wanted(target, api);
  const deadline = performance.now() + settings.timeout;
  let answers = await askAboutObject(settings, target);
  let verdict = judge(target, answers, await wanted.get(answers));
  while (verdict.outcome === 'waiting' && performance.now() < deadline) {
    await pause(pollMs);
    answers = await askAboutObject(settings, target);
    verdict = judge(target, answers, await wanted.get(answers));
  }
  tell(verdict, answers, settings.timeout);
}

function tell({ outcome, exitCode, lines }: Verdict, answers: readonly Answer[], timeout: number): void {
  const stream = outcome === 'accepted' ? process.stdout : process.stderr;
  if (outcome === 'waiting') process.stderr.write(`Not within ${timeout / 1000} s:\n`);
  for (const line of lines) stream.write(`${line}\n`);
  for (const problem of problemsOf(answers))
    if (problem.severity !== 'info' && problem.code !== 'NR701') printProblem(problem, undefined, process.stderr);
  if (exitCode !== 0) endWith(exitCode);
}

/** Without one, what Naru knows is what counts. */
async function connectIfThere({ kubeconfig, context }: WaitSettings): Promise<Connection | undefined> {
  try {
    return await connect({ kubeconfig, context });
  } catch (error) {
    if (!(error instanceof NoApiServer)) throw error;
    if (kubeconfig !== undefined || context !== undefined) throw new UsageError(error.message);
    return undefined;
  }
}

/** The object as it should be served. It may change while it is waited for. */
class Wanted {
  readonly #target: ObjectName;
  readonly #api: Connection | undefined;
  #last: FoundObject | undefined;
  #askedAt = 0;
  #told = false;

  constructor(target: ObjectName, api: Connection | undefined) {
    this.#target = target;
    this.#api = api;
  }

  async get(answers: readonly Answer[]): Promise<FoundObject> {
    const known = answers.flatMap(({ object }) => object ?? []);
    if (this.#api === undefined || known.some(({ from }) => from === 'folder')) return { type: 'unknown', message: '' };
    const last = this.#last;
    const met = last?.type === 'found' && answers.every(({ object }) => object?.digest === last.digest);
    if (last === undefined || (!met && performance.now() - this.#askedAt > askApiMs)) {
      this.#askedAt = performance.now();
      this.#last = await getObject(this.#api, this.#target);
      this.#tellIfUnknown(this.#last);
    }
    return this.#last ?? { type: 'unknown', message: '' };
  }

  #tellIfUnknown(found: FoundObject): void {
    if (found.type !== 'unknown' || this.#told) return;
    this.#told = true;
    process.stderr.write(`The API server does not say what is wanted (${found.message}): what Naru has read is waited for.\n`);
  }
}
