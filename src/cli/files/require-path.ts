import { statSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';

/** Throws a UsageError unless there is a file or folder at the path; `-` stands for standard input. */
export function requirePath(path: string): void {
  if (path !== '-' && statSync(path, { throwIfNoEntry: false }) === undefined) throw new UsageError(`There is no file or folder ${path}.`);
}

/** Throws a UsageError unless there is a folder at the path. */
export function requireFolder(path: string): void {
  requirePath(path);
  if (!statSync(path).isDirectory()) throw new UsageError(`${path} is not a folder.`);
}
