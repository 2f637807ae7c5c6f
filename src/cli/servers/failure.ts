/** A promise that can only fail: what a verb waits on beside the signal to stop. */
export class Failure {
  readonly promise: Promise<never>;
  #reject: (error: unknown) => void = () => {};

  constructor() {
    this.promise = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // It may fail while nobody waits yet.
    this.promise.catch(() => {});
  }

  readonly fail = (error: unknown): void => this.#reject(error);
}
