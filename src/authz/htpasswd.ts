import { canCheck } from './password.ts';

/** Users and the hashes of their passwords. */
export interface Htpasswd {
  readonly hashes: ReadonlyMap<string, string>;
  /** Users whose hash cannot be checked; nobody gets in by them. */
  readonly unreadable: readonly string[];
}

/** Reads `user:hash` lines. Empty lines and those that begin with `#` do not count; of two lines for a user the first does. */
export function readHtpasswd(text: string): Htpasswd {
  const hashes = new Map<string, string>();
  const unreadable = new Set<string>();
  for (const line of text.split('\n')) {
    const entry = line.trim();
    const colon = entry.indexOf(':');
    if (entry.startsWith('#') || colon < 1) continue;
    const user = entry.slice(0, colon);
    // Some tools write a comment behind a second colon.
    const hash = entry.slice(colon + 1).startsWith('{PLAIN}') ? entry.slice(colon + 1) : (entry.slice(colon + 1).split(':')[0] ?? '');
    if (hashes.has(user) || unreadable.has(user)) continue;
    if (canCheck(hash)) hashes.set(user, hash);
    else unreadable.add(user);
  }
  return { hashes, unreadable: [...unreadable] };
}
