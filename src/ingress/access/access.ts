import { problem, type Problem } from '../../model/problem.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import type { UserListReading } from './user-list.ts';

/** What stands in the way of a protection, although its annotations can be read. */
export interface AccessReading {
  /** The paths must not be open: they answer 503. */
  readonly denied: boolean;
  readonly problems: readonly Problem[];
}

/** Whether what the protections of an object name is there. `source`: the annotation that names it. */
export function readAccess(
  { passwords }: RoutePolicy,
  source: (annotation: string) => Source,
  users: (key: Key) => UserListReading,
): AccessReading {
  if (passwords === undefined) return { denied: false, problems: [] };
  const reading = users(passwords.users);
  const at = source('auth-secret');
  if (!reading.ok) {
    const { message, fix } = reading;
    return { denied: true, problems: [problem('NR240', at, { message, done: 'The paths of this Ingress answer 503.', fix })] };
  }
  if (reading.unreadable.length === 0) return { denied: false, problems: [] };
  const done = `The paths of this Ingress answer 503 to ${reading.unreadable.length === 1 ? 'this user' : 'these users'}.`;
  const fix = 'Make the hash anew with "htpasswd -B".';
  const message = `The hash of the password cannot be checked of ${listOf(reading.unreadable)}.`;
  return { denied: false, problems: [problem('NR241', at, { message, done, fix })] };
}

function listOf(users: readonly string[]): string {
  const shown = users.slice(0, 5).map((user) => JSON.stringify(user.slice(0, 64)));
  return users.length > 5 ? `${shown.join(', ')} and ${users.length - 5} more` : shown.join(', ');
}
