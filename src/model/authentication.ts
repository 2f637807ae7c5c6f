import type { Redacted } from './certificate.ts';
import type { AddressRules, ClientVerified } from './route-policy.ts';
import type { Source } from './source.ts';
import type { Variable } from './template.ts';

/** Names and passwords of the users who may pass. */
export interface PasswordCheck {
  /** Key of a user list. */
  readonly users: string;
  /** What clients are told that the password is for. */
  readonly realm: string;
}

/** Under which key a route says its `AccessCheck`, as JSON, to the helper with each of its requests. */
export const checkExtension = 'naru-check';

/** A text with variables in it, as `Template`, and with those that only the helper knows. */
export type AccessTemplate = readonly (string | AccessVariable)[];

export type AccessVariable =
  | Variable
  /** Path and query as the client wrote them, escaped to be a part of a query. */
  | { readonly name: 'escaped-path-and-query' }
  /** Whom the client says to be, by a password. */
  | { readonly name: 'user' }
  | { readonly name: 'cookie'; readonly key: string };

/** A service that is asked about each request: 2xx lets it pass, 401 and 403 are handed on, anything else is a 500. */
export interface AuthService {
  /** Begins with `http://` or `https://`. */
  readonly url: AccessTemplate;
  /** Absent: GET. */
  readonly method?: string;
  /** Where a 401 sends clients. */
  readonly signIn?: AccessTemplate;
  /** Headers, in lower case, of its answer that backends get; they never get the client's. */
  readonly answerHeaders?: readonly string[];
  /** What the service is told of where the client wants to go; absent: the path and query. */
  readonly wanted?: AccessTemplate;
  readonly cache?: AnswerCache;
  /** What else it is told, in place of what the client says there; names in lower case. An empty text is not told. */
  readonly headers?: readonly { readonly name: string; readonly value: AccessTemplate }[];
}

/** How long which answers of a service hold for requests with the same key. */
export interface AnswerCache {
  readonly key: AccessTemplate;
  /** The first that has the status counts; without statuses, all have it. */
  readonly times: readonly { readonly statuses?: readonly number[]; readonly seconds: number }[];
}

/** What is asked about a request before it may pass. One that passes all of it passes; with `anyOf` the first that it passes is enough. */
export interface AccessCheck {
  readonly passwords?: PasswordCheck;
  readonly addresses?: AddressRules;
  readonly service?: AuthService;
  /** What the service is told of the client's certificate; absent: the host asks for none. */
  readonly clientVerified?: ClientVerified;
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
