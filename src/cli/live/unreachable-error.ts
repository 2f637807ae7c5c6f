/** The Naru that a command is about does not answer. Exit code 3. */
export class UnreachableError extends Error {}
