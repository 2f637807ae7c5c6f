/** Time for one stream; tests bring their own. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Calls once, after a time; gives back how to call it off. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    // A stream that only waits must not keep the process alive.
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
