/** Something about the call itself is wrong; printed without a stack, exit code 2. */
export class UsageError extends Error {}
