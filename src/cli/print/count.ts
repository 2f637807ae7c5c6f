/** Such as `1 error` or `2 errors`. */
export function printCount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
