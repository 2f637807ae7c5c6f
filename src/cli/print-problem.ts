import { styleText } from 'node:util';
import { objectKey } from '../kube/event.ts';
import type { Locate } from '../kube/folder/locate.ts';
import type { Problem } from '../model/problem.ts';
import { printSource } from '../model/source.ts';

const colours = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

/**
 * A problem for people: what is wrong, where with a frame of the source when it is known, what was done, what to do.
 *
 *     NR214 error    Ingress shop/web-canary  canary-weight: "5O" is not a whole number
 *       shop.yaml:37:51
 *       37 |     nginx.ingress.kubernetes.io/canary-weight: "5O"
 *          |                                                ^
 *       The annotation was left out, which means "0". Write a value of …
 */
export function printProblem(problem: Problem, locate: Locate, write: (line: string) => void): void {
  const { code, severity, source, message, done, fix } = problem;
  const { field: _, ...object } = source;
  const location = locate(source.kind, objectKey(source.namespace, source.name), source.field);
  const heading = styleText(colours[severity], `${code} ${severity}`, { stream: process.stderr });
  write(`${heading}  ${printSource(object)}  ${message}`);
  if (location !== undefined) {
    const { file, line, column, text } = location;
    const margin = ' '.repeat(String(line).length);
    write(`  ${file}:${line}:${column}`);
    write(`  ${line} | ${text}`);
    write(`  ${margin} | ${' '.repeat(Math.max(column - 1, 0))}^`);
  } else if (source.field !== undefined) {
    write(`  ${source.field}`);
  }
  write(`  ${done}${fix === undefined ? '' : ` ${fix}`}`);
}
