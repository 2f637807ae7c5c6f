import { hash } from 'node:crypto';
import type { Secret } from '../../kube/objects.ts';
import type { UserList } from '../../model/authentication.ts';
import { Redacted } from '../../model/certificate.ts';
import { readHtpasswd } from '../../model/password-hash.ts';
import type { Key } from '../../store/table.ts';
import { sourceOf } from '../source-of.ts';

/** How a Secret holds users: as an htpasswd file under the key `auth`, or a user under each key. */
export type UserListType = 'auth-file' | 'auth-map';

export type UserListReading =
  | { readonly ok: true; readonly list: UserList; readonly unreadable: readonly string[] }
  | { readonly ok: false; readonly message: string; readonly fix: string };

/** Named so at the control plane too, where `naru authz` asks for it. */
export function userListKey(secret: Key, type: UserListType): Key {
  return `${type === 'auth-file' ? 'htpasswd' : 'htpasswd-map'}/${secret}`;
}

/** The Secret of a user list, and how it holds the users. */
export function secretOf(list: Key): { readonly secret: Key; readonly type: UserListType } {
  const slash = list.indexOf('/');
  return { secret: list.slice(slash + 1), type: list.startsWith('htpasswd/') ? 'auth-file' : 'auth-map' };
}

export function readUserList(key: Key, secret: Secret | undefined): UserListReading {
  const { secret: name, type } = secretOf(key);
  if (secret === undefined)
    return { ok: false, message: `There is no Secret ${name}.`, fix: 'Create it, with the users and their passwords.' };
  const text = type === 'auth-file' ? secret.data['auth']?.toString('utf8') : linesOf(secret);
  if (text === undefined) {
    return {
      ok: false,
      message: `Secret ${name} has no key auth.`,
      fix: 'Put the htpasswd file under that key, or, with a key for each user, say auth-secret-type: auth-map.',
    };
  }
  const { hashes, unreadable } = readHtpasswd(text);
  if (hashes.size === 0 && unreadable.length === 0) {
    return { ok: false, message: `Secret ${name} holds no users.`, fix: 'Write a line USER:HASH for each, as htpasswd does.' };
  }
  const list = { key, text: new Redacted(Buffer.from(text)), fingerprint: hash('sha256', text, 'hex'), sources: [sourceOf(secret)] };
  return { ok: true, list, unreadable };
}

function linesOf({ data }: Secret): string {
  const users = Object.keys(data).sort();
  return users.map((user) => `${user}:${data[user]?.toString('utf8').trim().split('\n')[0] ?? ''}\n`).join('');
}
