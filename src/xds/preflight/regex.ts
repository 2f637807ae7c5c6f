/**
 * What RE2 refuses of a regular expression that other engines take, or undefined. Syntax errors are not looked for: they
 * are for whoever makes an expression out of what a user wrote.
 * https://github.com/google/re2/wiki/Syntax
 */
export function regexObjection(regex: string): string | undefined {
  // Escapes and classes first, so that what they hold is not taken for more than it is.
  const found = [...regex.matchAll(/\\[1-9]|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?<?[=!]/gs)].map(([part]) => part).find(isForeign);
  if (found === undefined) return undefined;
  return found.startsWith('\\') ? `refers back to a group with ${found}` : `looks around with ${found}`;
}

function isForeign(part: string): boolean {
  return /^\\[1-9]$/.test(part) || part.startsWith('(?');
}
