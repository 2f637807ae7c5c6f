import type { UnreachableError } from './unreachable-error.ts';

/** One Naru of those that serve a cluster together. */
export interface Replica {
  /** Its pod, or its URL where that is all that is known. */
  readonly name: string;
  /** Of its debug endpoint. */
  readonly url: string;
  /** It writes statuses. Not looked at where there is but one. */
  readonly leader?: boolean;
  /** Why it cannot be asked: whoever does is told. */
  readonly trouble?: UnreachableError;
}

/** Settings of the verbs that ask a running Naru. */
export interface Asked {
  /** At least one; where one speaks for all, it is the first: the leader, if that is known. */
  readonly server: readonly [Replica, ...Replica[]];
}

export function printReplica({ name, leader = false }: Replica): string {
  return leader ? `${name} (leader)` : name;
}
