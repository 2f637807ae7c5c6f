/** Whoever ends what was started, last of all: a test, or a benchmark. */
export interface Cleanup {
  after(end: () => unknown): void;
}
