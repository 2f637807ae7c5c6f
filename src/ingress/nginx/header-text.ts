import { shown } from '../annotations/grammar.ts';

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
export const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
/** What ingress-nginx takes in ConfigMaps that annotations name: ValidHeader in its internal/ingress/annotations/parser. */
export const plainName = /^[a-zA-Z\d\-_]{1,256}$/;

/** Headers that the connection itself is made of: set to something else, requests would not arrive. */
const framing = new Set(['connection', 'content-length', 'host', 'transfer-encoding', 'upgrade', 'keep-alive', 'te', 'trailer']);

/** Why a header of this name cannot be set, and what to do about it; undefined: it can. */
export function nameObjection(name: string, names: RegExp = token): { readonly message: string; readonly fix: string } | undefined {
  if (!names.test(name)) return { message: `"${shown(name)}" is not the name of a header.`, fix: 'Correct the name.' };
  return framing.has(name.toLowerCase())
    ? { message: `${name} belongs to the connection and cannot be set.`, fix: 'Remove it.' }
    : undefined;
}

/** Whether a text can be the value of a header: of control characters it has tabs alone. */
export function isOnOneLine(text: string): boolean {
  return !/[^\t\P{Cc}]/u.test(text) && text.isWellFormed();
}
