import { UnreachableError } from './unreachable-error.ts';

/**
 * A turn for now, and one whenever a running Naru has told since the last that something happened: a snapshot, or an answer of an Envoy.
 * It goes on until the connection is lost, which it throws.
 */
export async function* changesAt(server: string): AsyncGenerator<undefined, never> {
  const lost = (error: unknown): UnreachableError =>
    new UnreachableError(`The connection to Naru at ${server} is lost (${String(error)}).`);
  const { body, status } = await fetch(new URL('/debug/events', server)).catch((error: unknown) => {
    throw lost(error);
  });
  if (body === null || status !== 200) throw lost(`it answered ${status}`);
  let heard = true;
  let ended: unknown;
  let wake = (): void => {};
  const listen = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      heard ||= decoder.decode(chunk, { stream: true }).includes('event:');
      wake();
    }
  };
  const listening = listen().then(
    () => (ended = 'it ended'),
    (error: unknown) => (ended = error),
  );
  void listening.then(() => wake());
  for (;;) {
    if (heard) {
      heard = false;
      yield;
    } else if (ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
    else throw lost(ended);
  }
}
