import type { Replica } from './replica.ts';
import { UnreachableError } from './unreachable-error.ts';

/**
 * A turn for now, and one whenever a running Naru has told since the last that something happened: a snapshot, or an answer of an Envoy.
 * It goes on until a connection is lost, which it throws.
 */
export async function* changesAt(replicas: readonly Replica[]): AsyncGenerator<undefined, never> {
  let heard = true;
  let lost: UnreachableError | undefined;
  let wake = (): void => {};
  for (const replica of replicas)
    void listen(replica, () => {
      heard = true;
      wake();
    }).catch((error: unknown) => {
      lost ??= replica.trouble ?? new UnreachableError(`The connection to Naru at ${replica.name} is lost (${String(error)}).`);
      wake();
    });
  for (;;) {
    if (heard) {
      heard = false;
      yield;
    } else if (lost === undefined) await new Promise<void>((resolve) => (wake = resolve));
    else throw lost;
  }
}

async function listen({ url }: Replica, hear: () => void): Promise<never> {
  const { body, status } = await fetch(new URL('/debug/events', url));
  if (body === null || status !== 200) throw new Error(`it answered ${status}`);
  const decoder = new TextDecoder();
  for await (const chunk of body) if (decoder.decode(chunk, { stream: true }).includes('event:')) hear();
  throw new Error('it ended');
}
