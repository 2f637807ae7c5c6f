/** The Naru that a command is about does not answer. Exit code 3. */
export class UnreachableError extends Error {
  /** In few words. */
  readonly reason: string;

  constructor(message: string, reason = message) {
    super(message);
    this.reason = reason;
  }
}
