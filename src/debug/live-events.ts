import type { DebugEvent, DebugView } from './view.ts';

/** Who asks for more gets 503: each holds a connection. */
const mostStreams = 32;
/** What a reader has not taken yet; one that is slower is left. */
const mostWaiting = 1000;
const keepAliveMs = 15_000;

/** Streams of what happens, as server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class LiveEvents {
  readonly #view: DebugView;
  #open = 0;

  constructor(view: DebugView) {
    this.#view = view;
  }

  /** Undefined where too many are open. */
  stream(): ReadableStream<Uint8Array> | undefined {
    if (this.#open >= mostStreams) return undefined;
    this.#open++;
    const encoder = new TextEncoder();
    let end = (): void => {};
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      const say = (text: string): void => {
        if ((controller.desiredSize ?? 0) < -mostWaiting) {
          end();
          controller.close();
        } else controller.enqueue(encoder.encode(text));
      };
      const unsubscribe = this.#view.subscribe?.((event) => say(printEvent(event)));
      const timer = setInterval(() => say(': still here\n\n'), keepAliveMs).unref();
      end = () => {
        end = () => {};
        unsubscribe?.();
        clearInterval(timer);
        this.#open--;
      };
      // So that a reader knows at once that it is connected, and from where on it hears.
      for (const { name, current } of this.#view.fleets())
        say(printEvent({ type: 'snapshot', fleet: name, version: current?.number ?? 0, cause: current?.cause ?? 'none yet' }));
    };
    return new ReadableStream({ start, cancel: () => end() });
  }
}

function printEvent({ type, ...about }: DebugEvent): string {
  return `event: ${type}\nid: ${about.fleet}/${about.version}\ndata: ${JSON.stringify(about)}\n\n`;
}
