import { createHash, timingSafeEqual } from 'node:crypto';
import md5Crypt from 'apache-md5';
import bcrypt from 'bcryptjs';
import { encrypt as shaCrypt } from 'unixcrypt';

/** How a line of an htpasswd file says a password. https://httpd.apache.org/docs/current/misc/password_encryptions.html */
interface Scheme {
  readonly matches: RegExp;
  readonly check: (password: string, hash: string) => boolean | Promise<boolean>;
}

/** A bcrypt hash of more rounds than 2^14 takes seconds for each password: not in front of every request. */
const schemes: readonly Scheme[] = [
  { matches: /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/, check: (password, hash) => bcrypt.compare(password, hash) },
  {
    matches: /^\$(?:apr1|1)\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}$/,
    // The package takes one character for one byte.
    check: (password, hash) => same(md5Crypt(Buffer.from(password).toString('latin1'), hash), hash),
  },
  {
    matches: /^\$[56]\$(?:rounds=[1-9]\d{3,5}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43,86}$/,
    check: (password, hash) => same(shaCrypt(password, hash.slice(0, hash.lastIndexOf('$'))), hash),
  },
  {
    matches: /^\{SHA\}[A-Za-z0-9+/]{27}=$/,
    check: (password, hash) => same(`{SHA}${createHash('sha1').update(password).digest('base64')}`, hash),
  },
  { matches: /^\{SSHA\}[A-Za-z0-9+/]{28,}={0,2}$/, check: saltedSha },
  { matches: /^\{PLAIN\}/, check: (password, hash) => same(`{PLAIN}${password}`, hash) },
];

/** Whether `checkPassword` can tell for such a hash. The old crypt(3) of eight characters is not among them. */
export function canCheck(hash: string): boolean {
  return schemes.some(({ matches }) => matches.test(hash));
}

/** Whether `password` is the one behind `hash`. False for a hash that cannot be checked. */
export async function checkPassword(password: string, hash: string): Promise<boolean> {
  const scheme = schemes.find(({ matches }) => matches.test(hash));
  return scheme !== undefined && (await scheme.check(password, hash));
}

/** RFC 2307's way: SHA-1 over password and salt, the salt behind the digest. */
function saltedSha(password: string, hash: string): boolean {
  const bytes = Buffer.from(hash.slice('{SSHA}'.length), 'base64');
  const digest = createHash('sha1').update(password).update(bytes.subarray(20)).digest();
  return bytes.length > 20 && timingSafeEqual(digest, bytes.subarray(0, 20));
}

/** Takes as long for a near miss as for a far one. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
