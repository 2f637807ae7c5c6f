/** The exit code is the greatest of what was found. */
export function endWith(code: 1 | 3 | 4): void {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), code);
}
