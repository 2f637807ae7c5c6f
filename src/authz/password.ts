import { createHash, timingSafeEqual } from 'node:crypto';
import md5Crypt from 'apache-md5';
import bcrypt from 'bcryptjs';
import { encrypt as shaCrypt } from 'unixcrypt';
import { type HashScheme, hashScheme } from '../model/password-hash.ts';

type Check = (password: string, hash: string) => boolean | Promise<boolean>;

const checks: Readonly<Record<HashScheme, Check>> = {
  bcrypt: (password, hash) => bcrypt.compare(password, hash),
  // The package takes one character for one byte.
  md5: (password, hash) => same(md5Crypt(Buffer.from(password).toString('latin1'), hash), hash),
  sha2: (password, hash) => same(shaCrypt(password, hash.slice(0, hash.lastIndexOf('$'))), hash),
  sha1: (password, hash) => same(`{SHA}${createHash('sha1').update(password).digest('base64')}`, hash),
  saltedSha1: saltedSha,
  plain: (password, hash) => same(`{PLAIN}${password}`, hash),
};

/** Whether `password` is the one behind `hash`. False for a hash that cannot be checked. */
export async function checkPassword(password: string, hash: string): Promise<boolean> {
  const scheme = hashScheme(hash);
  return scheme !== undefined && (await checks[scheme](password, hash));
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
