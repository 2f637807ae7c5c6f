import type { Redacted } from './certificate.ts';
import type { AddressRules } from './route-policy.ts';
import type { Source } from './source.ts';

/** Names and passwords of the users who may pass. */
export interface PasswordCheck {
  /** Key of a user list. */
  readonly users: string;
  /** What clients are told that the password is for. */
  readonly realm: string;
}

/** Under which key a route says its `AccessCheck`, as JSON, to the helper with each of its requests. */
export const checkExtension = 'naru-check';

/** What is asked about a request before it may pass. One that passes all of it passes; with `anyOf` the first that it passes is enough. */
export interface AccessCheck {
  readonly passwords?: PasswordCheck;
  readonly addresses?: AddressRules;
  readonly anyOf?: true;
}

/** Users of a Secret. */
export interface UserList {
  readonly key: string;
  /** Lines of `user:hash`. */
  readonly text: Redacted;
  /** SHA-256 of the text: tells lists apart without showing them. */
  readonly fingerprint: string;
  readonly sources: readonly Source[];
}
