/**
 * Ways to write down a password that can be checked, as a line of an htpasswd file has them behind the user's name.
 * https://httpd.apache.org/docs/current/misc/password_encryptions.html
 */
const patterns = {
  // More rounds than 2^14 take seconds for each password: not in front of every request.
  bcrypt: /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/,
  md5: /^\$(?:apr1|1)\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}$/,
  sha2: /^\$[56]\$(?:rounds=[1-9]\d{3,5}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43,86}$/,
  sha1: /^\{SHA\}[A-Za-z0-9+/]{27}=$/,
  saltedSha1: /^\{SSHA\}[A-Za-z0-9+/]{28,}={0,2}$/,
  plain: /^\{PLAIN\}/,
} as const;

export type HashScheme = keyof typeof patterns;

/** How a hash was made; undefined: in a way that cannot be checked, such as the old crypt(3) of eight characters. */
export function hashScheme(hash: string): HashScheme | undefined {
  return (Object.keys(patterns) as HashScheme[]).find((scheme) => patterns[scheme].test(hash));
}

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
    if (hashScheme(hash) !== undefined) hashes.set(user, hash);
    else unreadable.add(user);
  }
  return { hashes, unreadable: [...unreadable] };
}
