declare module 'apache-md5' {
  /** The `$apr1$` or `$1$` hash of a password, with the salt of `hash`. */
  export default function md5Crypt(password: string, hash?: string): string;
}
