// The thread in which a running Naru finds out why: it has objects of its own, so that nothing that is tried here comes near an Envoy.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { KubeEvent } from '../../kube/event.ts';
import { upsertOf } from '../../kube/event.ts';
import { kindNames } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { Build, type BuildOptions } from '../../runtime/build.ts';
import { answerWhy, type WhyOptions } from './answer.ts';

export interface WhyQuestion {
  readonly reference: string;
  readonly field: string | undefined;
  readonly options: WhyOptions;
  readonly build: BuildOptions;
}

/** What the thread is told: objects, as many messages as it takes, and that these were all. */
export type WhyObjects = readonly KubeObject[] | 'all';

/** Where this file is: beside its source, or in a bundle. */
export const whyWorker = new URL(import.meta.url);

/** Marks a thread that was started for this. */
export const purpose = 'naru why';

const question = (workerData as { readonly [purpose]?: WhyQuestion } | null)?.[purpose];
if (!isMainThread && question !== undefined) listen(question);

function listen({ reference, field, options, build: buildOptions }: WhyQuestion): void {
  const events: KubeEvent[] = [];
  parentPort?.on('message', (objects: WhyObjects) => {
    if (objects !== 'all') {
      for (const object of objects) events.push(upsertOf(received(object)));
      return;
    }
    const build = new Build(buildOptions);
    build.apply([...events, ...kindNames.map((kind) => ({ type: 'synced', kind }) as const)]);
    parentPort?.postMessage(answerWhy(build, reference, field, options), []);
    parentPort?.close();
  });
}

function received(object: KubeObject): KubeObject {
  return object.kind === 'Secret' ? { ...object, data: withBuffers(object.data) } : object;
}

/** Between threads a Buffer becomes what it is made of. */
function withBuffers(data: Readonly<Record<string, Uint8Array>>): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(Object.entries(data).map(([key, bytes]) => [key, Buffer.from(bytes)]));
}
